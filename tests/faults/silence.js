// Links that die without a word: the hub stops dead, the cable is pulled, the station's computer sleeps.

import { performance } from 'node:perf_hooks';

import { Account } from './account.js';
import { chance, seed } from './chance.js';
import { Crew } from './crew.js';
import { Proxy } from './proxy.js';
import { pause, until } from './waiting.js';
import { startHub } from '../stock/support/hub.js';

// A handful of orders a second: enough for each second to have some.
const WHO = { devices: 1, stocks: 1, upgraders: 0, pollers: 1, stations: 1, senders: 1, window: 1, pace: 100 };
// When, after everybody is there, it becomes silent, in milliseconds: at any place between two pings.
const SILENT_AFTER = [200, 9_500];
const EDGE = 100;

// The hub stops dead, and goes on once its station has noticed.
export async function hubStopsDead(t) {
  return notices(t, (hub) => ({ way: () => hub.url, silence: () => hub.freeze(), end: () => hub.thaw() }));
}

// The cable is pulled between the hub and whoever listens, while orders come, and put back once the station has
// noticed.
export async function cableIsPulled(t) {
  return notices(t, async (hub) => {
    const proxy = await Proxy.start(t, hub.port);
    const way = (name) => (name.startsWith('sender') ? hub.url : proxy.url);
    return { way, silence: () => proxy.turn('black hole'), end: () => proxy.turn('clear') };
  });
}

async function notices(t, lay) {
  const random = chance();
  const account = new Account();
  // With its own pings: the promise is about them.
  const hub = await startHub(t);
  const { way, silence, end } = await lay(hub);
  const crew = await Crew.muster(t, account, way, WHO);
  const [station] = crew.stations.values();

  await pause(random.between(...SILENT_AFTER));
  silence();
  const silent = performance.now();
  await station.until('the station notices', ({ link }) => link.state !== 'connected', 30_000);
  const noticed = performance.now();
  end();
  await station.until('the station is back', ({ link }) => link.state === 'connected', 30_000);
  const back = performance.now();
  const before = account.confirmed.size;
  const late = [await until('orders come again', () => account.confirmed.size >= before + 20)].filter(Boolean);
  late.push(...(await crew.drain()));
  return { seed, noticedAfter: Math.round(noticed - silent), backAfter: Math.round(back - noticed), ...account.verdict(), late };
}

// The station's computer sleeps for longer than the hub waits for it, while orders come.
export async function stationSleeps(t, { milliseconds = 17_000 } = {}) {
  const account = new Account();
  const hub = await startHub(t);
  const crew = await Crew.muster(t, account, () => hub.url, WHO);
  const [station] = crew.stations.values();
  await pause(1_000);
  station.freeze();
  const asleep = Date.now();
  await pause(milliseconds);
  const awake = Date.now();
  station.thaw();
  const late = await crew.drain();
  const rows = await station.history();
  const between = (from, to) => rows.filter(({ at }) => at >= from && at < to);
  const marked = (some) => some.filter(({ caughtUp }) => caughtUp).length;
  // What the hub accepted at either edge may count as the one or the other.
  const [before, meanwhile] = [between(0, asleep - EDGE), between(asleep + EDGE, awake - EDGE)];
  return {
    seed, meanwhile: meanwhile.length, caughtUp: marked(meanwhile), caughtUpBefore: marked(before), ...account.verdict(), late,
  };
}
