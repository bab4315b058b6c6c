// P8: a full disk refuses, and never lies.

import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { allIsWell } from './all-is-well.js';
import { look } from './database.js';
import { fillDisk, fillStationsDisk } from './full.js';
import { SmallDisk } from './small-disk.js';
import { connect } from '../stock/support/client.js';
import { startHub } from '../stock/support/hub.js';

function neverLied(figures, t) {
  const { codes, stored, confirmed, differences, broken, deaths } = figures;
  assert.deepEqual({ codes, stored, differences, broken, deaths }, {
    codes: ['not_stored'], stored: confirmed, differences: 0, broken: 0, deaths: 0,
  }, `CHAPFOOD_SEED=${figures.seed}`);
  allIsWell(figures, t);
}

test('a hub on a disk of one megabyte that is full', async (t) => {
  const figures = await fillDisk(t, { kilobytes: 1_024, room: 16_384, rounds: 1 });
  if (figures) neverLied(figures, t);
});

test('a hub whose disk fills again and again', async (t) => {
  const figures = await fillDisk(t, { kilobytes: 16_384, rounds: 3 });
  if (figures) neverLied(figures, t);
});

test('a station whose disk fills again and again', async (t) => {
  const figures = await fillStationsDisk(t, { kilobytes: 16_384, rounds: 2 });
  if (!figures) return;
  allIsWell(figures, t);
  assert.equal(figures.tooEarly, 0, `nothing is acknowledged that is not stored; CHAPFOOD_SEED=${figures.seed}`);
  assert.match(figures.words.join(), /disk is full/, 'the person reads why');
});

// Name and content of every file that holds something.
async function contents(folder) {
  const names = (await readdir(folder)).filter((name) => !name.endsWith('-shm')).sort();
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'base64')]));
  return files.filter(([, content]) => content !== '');
}

test('a hub that is started on a full disk says so in one line, and touches nothing', async (t) => {
  const disk = await SmallDisk.make(t, 2_048);
  if (!disk) return;
  const folder = disk.outside('hub');
  const start = () => startHub(t, { data: `${disk.path}/hub`, through: disk.through });
  const refused = async (what) => {
    await disk.fill();
    const before = await contents(folder).catch(() => []);
    await assert.rejects(start(), /ended with 5 .*: chapfood: the disk of the hub's database is full [^\n]*make room[^\n]*\n$/, what);
    assert.deepEqual(await contents(folder), before, `${what} is as it was`);
    await disk.makeRoom(2_048);
  };
  await refused('a new database');

  const hub = await start();
  const till = await connect(t, hub);
  await till.send({ title: '1', message: 'm' });
  assert.equal(await hub.stop(), 0);
  await refused('a database that was closed in order');

  const again = await start();
  await (await connect(t, again)).send({ title: '2', message: 'm' });
  await again.kill();
  await rm(join(folder, 'hub.sqlite3-shm'));
  await refused('a database after a power cut');
  await (await start()).stop();
  assert.equal((await look(folder)).ids.length, 2, 'with room everything is there');
});
