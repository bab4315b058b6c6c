// A station is killed again and again while orders come, and each time starts again on what it has on its disk.

import { join } from 'node:path';

import { Account } from './account.js';
import { chance, seed } from './chance.js';
import { CHANNEL, Crew } from './crew.js';
import { query } from './database.js';
import { startStation } from './station.js';
import { pause, until } from './waiting.js';
import { startHub } from '../stock/support/hub.js';

// How long it lives between being there and being killed, in milliseconds: from before it has reached the hub until
// long after it has caught up.
const LIFE = [0, 500];
const RUSH = { devices: 1, stocks: 1, upgraders: 0, pollers: 0, stations: 0, senders: 2, window: 8 };
// So few orders that each has a pop-up of its own.
const CALM = { ...RUSH, senders: 1, window: 1, pace: 150 };

// Kills at random moments of a rush.
export async function stationKills(t, { kills, report = () => {} }) {
  const random = chance();
  return strike(t, { kills, report, who: RUSH, moment: () => pause(random.between(...LIFE)) });
}

// Kills at the moment of a pop-up, which must not come again for it.
export async function popupKills(t, { kills, report = () => {} }) {
  const moment = (station) => until('a pop-up', () => popups(station).length > 0, 10_000);
  return strike(t, { kills, report, who: CALM, moment });
}

async function strike(t, { kills, report, who, moment }) {
  const account = new Account();
  const hub = await startHub(t);
  let station = await startStation(t, { hub: hub.url });
  await station.ready();
  const crew = await Crew.muster(t, account, () => hub.url, who);
  const [shown, late] = [[], []];
  let [behind, unstored] = [0, 0];

  for (let n = 1; n <= kills; n += 1) {
    late.push(await moment(station));
    if (station.snapshot.total < account.confirmed.size) behind += 1;
    await station.kill();
    shown.push(...popups(station));
    unstored += await missingIn(station, popups(station));
    station = await startStation(t, { hub: hub.url, data: station.data });
    if (n % 50 === 0) report({ kills: n, confirmed: account.confirmed.size, total: station.snapshot.total });
  }

  late.push(...(await crew.drain()), await until('the station has everything', () => station.snapshot.total >= account.confirmed.size));
  account.keeps('station', await station.history());
  await station.stop();
  shown.push(...popups(station));
  return {
    seed, kills, behind, popups: shown.length, popupsAgain: shown.length - new Set(shown).size, unstored,
    ...(await compared(join(station.data, 'history.db'), join(hub.data, 'hub.sqlite3'))),
    ...account.verdict(), late: late.filter(Boolean),
  };
}

// The notifications that had a pop-up of their own, or were the newest of those that shared one.
function popups({ log }) {
  return [...log.matchAll(/a pop-up id="(n_[\d.]+)"/g)].map(([, id]) => id);
}

// How many of these notifications a station that was killed has not on its disk.
async function missingIn({ data }, ids) {
  if (ids.length === 0) return 0;
  const stored = new Set((await query(join(data, 'history.db'), 'SELECT id FROM notification')).map(({ id }) => id));
  return ids.filter((id) => !stored.has(id)).length;
}

// The station's file against the hub's: the same notifications of the channel, in the same order, and the place
// that the station names is the end of the hub's log.
async function compared(history, log) {
  const kept = await query(history, 'SELECT id FROM notification ORDER BY row');
  const given = await query(log, `SELECT e.id FROM entry e JOIN channel c ON c.id = e.channel_id WHERE c.name = '${CHANNEL}' ORDER BY e.seq`);
  const [{ seq }] = await query(history, `SELECT seq FROM cursor WHERE channel = '${CHANNEL}'`);
  const ids = (rows) => rows.map(({ id }) => id).join();
  return { rows: kept.length, asTheHub: ids(kept) === ids(given), placeIsTheEnd: seq === given.length };
}
