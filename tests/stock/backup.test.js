// A copy of a running hub, put back later: nothing is thrown away, and whoever knew more is told.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { connect } from './support/client.js';
import { chapfood, startHub } from './support/hub.js';

test('a restored copy has an epoch of its own, and stations that knew more are told', async (t) => {
  const hub = await startHub(t);
  const copy = join(hub.data, 'copy.sqlite3');
  const till = await connect(t, hub);
  for (const title of ['1', '2']) await till.send({ channel: 'bar', title, message: 'm' });
  await chapfood('backup', '--data', hub.data, copy);
  for (const title of ['3', '4']) await till.send({ channel: 'bar', title, message: 'm' });
  const { epoch } = await till.join('bar');
  await hub.stop();

  const { stdout } = await chapfood('restore', '--data', hub.data, copy);
  assert.match(stdout, /^what was there is kept in /);
  const restored = await startHub(t, { data: hub.data });
  const auth = { device_id: 'bar-1', protocol: 2, cursors: { bar: { epoch, seq: 4 } } };
  const station = await connect(t, restored, { auth });
  station.emit('join-channel', 'bar');
  const required = await station.next('resync-required');
  assert.notEqual(required.epoch, epoch);
  assert.equal(required.head, 2);
  const joined = await station.next('channel-joined');
  assert.equal(joined.recovered, false);
  const kept = await station.notifications(2);
  assert.deepEqual(kept.map(({ title }) => title), ['1', '2'], 'everything that the copy holds');
  for (const { epoch: now } of kept) assert.equal(now, required.epoch, 'whatever it was when they were written');
});

test('a hub that runs is not restored under its feet, and a copy is not overwritten', async (t) => {
  const hub = await startHub(t);
  const copy = join(hub.data, 'copy.sqlite3');
  await chapfood('backup', '--data', hub.data, copy);
  await assert.rejects(chapfood('backup', '--data', hub.data, copy), { code: 5, stderr: /it exists already/ });
  await assert.rejects(chapfood('restore', '--data', hub.data, copy), { code: 5, stderr: /in use by another hub/ });
  const before = (await readdir(hub.data)).filter((name) => name.includes('before-restore') || name.endsWith('.part'));
  assert.deepEqual(before, [], 'nothing was moved and nothing left behind');
});
