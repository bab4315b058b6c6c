// A shift on a disk that other programs fill: the hub refuses, says so, and goes on once there is room again.

import { join } from 'node:path';

import { Account } from './account.js';
import { chance, seed } from './chance.js';
import { CHANNEL, Crew } from './crew.js';
import { look, query } from './database.js';
import { SmallDisk } from './small-disk.js';
import { startStation } from './station.js';
import { pause, until } from './waiting.js';
import { startHub } from '../stock/support/hub.js';

const CREW = { devices: 2, stocks: 1, upgraders: 0, pollers: 0, window: 8, data: { note: 'x'.repeat(300) } };
const QUICK_PINGS = ['--ping-interval-ms', '300', '--ping-timeout-ms', '2000'];
// Refusals after which the disk counts as full, and confirmations after which it counts as well again.
const ENOUGH = 40;
const PATIENCE = 15_000;

// Fills a disk of so many kilobytes `rounds` times while a crew works, and makes room again each time, so that there
// are `room` kilobytes in all. Every other time the hub is killed while the disk is full, and starts on it. Gives null
// on a system without small disks.
export async function fillDisk(t, { kilobytes, room = kilobytes, rounds }) {
  const disk = await SmallDisk.make(t, kilobytes);
  if (!disk) return null;
  const random = chance();
  const account = new Account();
  const start = (port) => startHub(t, { data: `${disk.path}/hub`, through: disk.through, args: QUICK_PINGS, port });
  let hub = await start(0);
  const crew = await Crew.muster(t, account, () => hub.url, CREW);
  const refused = () => crew.senders.flatMap((sender) => sender.refused).filter((code) => code !== 'hub_closing');
  const late = [];
  const wait = async (what, holds) => late.push(await until(what, holds, PATIENCE));
  let [differences, broken, deaths] = [0, 0, 0];

  for (let round = 0; round < rounds; round += 1) {
    await disk.fill(random.between(0, 200));
    let before = refused().length;
    await wait('sends are refused', () => refused().length >= before + ENOUGH);
    if (!hub.running) deaths += 1;
    if (round % 2 === 1) {
      await hub.kill();
      hub = await start(hub.port);
      before = refused().length;
      await wait('sends are refused by the new one, too', () => refused().length >= before + ENOUGH);
    }
    differences += await difference(disk, account);
    const [{ integrity_check: verdict }] = await inside(disk, 'PRAGMA integrity_check(1)');
    if (verdict !== 'ok') broken += 1;
    before = account.confirmed.size;
    await disk.makeRoom(room);
    await wait('sends are taken again', () => account.confirmed.size >= before + ENOUGH);
  }

  late.push(...(await crew.drain(PATIENCE)));
  const { integrity, ids } = await hub.stop().then(() => look(disk.outside('hub')));
  if (integrity !== 'ok') broken += 1;
  return {
    seed, rounds, refused: refused().length, codes: [...new Set(refused())].sort(), stored: ids.length,
    differences, broken, deaths, ...account.verdict(), late: late.filter(Boolean),
  };
}

const inside = (disk, sql) => query(`${disk.path}/hub/hub.sqlite3`, sql, disk.through);

// How many notifications are on the full disk without having been confirmed, or the other way round, once every
// answer has come.
async function difference(disk, account) {
  let count = 0;
  for (let tries = 0; tries < 50; tries += 1) {
    const rows = await inside(disk, 'SELECT id FROM entry');
    const stored = new Set(rows.map(({ id }) => id));
    const confirmed = new Set(account.confirmed.values());
    count = [...stored].filter((id) => !confirmed.has(id)).length + [...confirmed].filter((id) => !stored.has(id)).length;
    if (count === 0) return 0;
    await pause(50);
  }
  return count;
}

// Fills the disk of a station `rounds` times while orders come for it, and makes room again. Every other time the
// station is killed meanwhile. `tooEarly` counts orders that it acknowledged without having stored them.
export async function fillStationsDisk(t, { kilobytes, rounds }) {
  const disk = await SmallDisk.make(t, kilobytes);
  if (!disk) return null;
  const random = chance();
  const account = new Account();
  const hub = await startHub(t);
  const data = `${disk.path}/station`;
  const start = () => startStation(t, { hub: hub.url, data, through: disk.through });
  let station = await start();
  await station.ready();
  const crew = await Crew.muster(t, account, () => hub.url, { ...CREW, devices: 1, stocks: 0, senders: 1, pace: 5 });
  const late = [];
  const wait = async (what, holds) => late.push(await until(what, holds, PATIENCE));
  const words = new Set();
  let tooEarly = 0;

  for (let round = 0; round < rounds; round += 1) {
    await disk.fill(random.between(0, 200));
    const { storageFault } = await station.until('the station says that it cannot store', (now) => now.storageFault !== null);
    words.add(storageFault);
    const since = account.confirmed.size;
    await wait('the shop goes on meanwhile', () => account.confirmed.size >= since + ENOUGH);
    const [{ rows }] = await query(`${data}/history.db`, 'SELECT count(*) AS rows FROM notification', disk.through);
    tooEarly += Math.max(0, (await acknowledged(hub, since)) - rows);
    if (round % 2 === 1) await station.kill();
    await disk.makeRoom(kilobytes);
    if (round % 2 === 1) station = await start();
    const { size } = account.confirmed;
    await wait('the station has caught up', () => station.snapshot.total >= size && station.snapshot.storageFault === null);
  }

  late.push(...(await crew.drain(PATIENCE)));
  await wait('the station has everything', () => station.snapshot.total >= account.confirmed.size);
  account.keeps('station', await station.history());
  return { seed, rounds, words: [...words], tooEarly, ...account.verdict(), late: late.filter(Boolean) };
}

// How far the station has said that it is, as soon as the hub has written down a word of the crew's device from
// after `since`: it writes all of them together.
async function acknowledged(hub, since) {
  const cursors = `SELECT subscriber, seq FROM cursor JOIN channel ON id = channel_id WHERE name = '${CHANNEL}'`;
  for (let tries = 0; tries < 100; tries += 1) {
    const rows = await query(join(hub.data, 'hub.sqlite3'), cursors);
    const { seq } = rows.find(({ subscriber }) => subscriber === 'device:device-0');
    const station = rows.find(({ subscriber }) => subscriber.startsWith('device:') && subscriber !== 'device:device-0');
    if (seq > since + ENOUGH) return station.seq;
    await pause(50);
  }
  throw new Error('the hub wrote down no word of the crew');
}
