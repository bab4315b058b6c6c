// The hub is off for long. One station lives on a clock that runs faster, so that its outage is a long one; another
// one beside it has the usual clock, by which it has to be back in time.

import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';

import { Account } from './account.js';
import { seed } from './chance.js';
import { Crew } from './crew.js';
import { footprint, most } from './footprint.js';
import { startStation } from './station.js';
import { pause, until } from './waiting.js';
import { startHub } from '../stock/support/hub.js';

// On the fast clock the usual pings would come minutes apart and be missed.
const PATIENT = ['--ping-interval-ms', '36000000', '--ping-timeout-ms', '36000000'];
const WHO = { devices: 1, stocks: 0, upgraders: 0, pollers: 0, stations: 1, senders: 1, window: 1, pace: 100 };
const MINUTE = 60_000;
const LOOK = 200;

// Where the library is, as its own program says.
function libfaketime() {
  return execFileSync('faketime', ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).trim();
}

// The outage lasts so many minutes by a clock that runs `speed` times as fast.
export async function outage(t, { minutes, speed = 60, report = () => {} }) {
  const account = new Account();
  let hub = await startHub(t, { args: PATIENT });
  const fast = await startStation(t, { hub: hub.url, env: { LD_PRELOAD: libfaketime(), FAKETIME: `+0 x${speed}` } });
  await fast.ready();
  const crew = await Crew.muster(t, account, () => hub.url, WHO);
  crew.stations.set('fast', fast);
  const [usual] = crew.stations.values();
  await until('some orders came', () => account.confirmed.size >= 10);
  await hub.stop();

  const footprints = [];
  const off = performance.now();
  for (let looks = 1; performance.now() - off < (minutes * MINUTE) / speed; looks += 1) {
    await pause(LOOK);
    footprints.push(await footprint(fast.pid));
    if (looks % 300 === 0) report({ outage: Math.round(((performance.now() - off) * speed) / MINUTE), ...footprints.at(-1) });
  }
  const attempts = failedAttempts(fast.log);

  hub = await startHub(t, { data: hub.data, port: hub.port, args: PATIENT });
  const back = performance.now();
  const returned = async (station) => {
    await station.until('the station is back', ({ link }) => link.state === 'connected', 60_000);
    return Math.round(performance.now() - back);
  };
  const [fastBackAfter, backAfter] = await Promise.all([returned(fast), returned(usual)]);
  const late = await crew.drain();
  const quarter = Math.ceil(footprints.length / 4);
  return {
    seed, minutes, speed, attempts: attempts.length, busiestMinute: busiestMinute(attempts), longestPause: longestPause(attempts),
    early: most(footprints.slice(0, quarter)), inTheEnd: most(footprints.slice(-quarter)),
    backAfter, fastBackAfter: fastBackAfter * speed, ...account.verdict(), late,
  };
}

// When, by the station's own clock, each attempt had failed. Its first word of the kind is about the loss.
function failedAttempts(log) {
  const failed = [...log.matchAll(/^(\S+Z) +INFO chapfood_client::supervisor: not connected/gm)];
  return failed.slice(1).map(([, at]) => Date.parse(at));
}

function busiestMinute(attempts) {
  return Math.max(...attempts.map((start) => attempts.filter((at) => at >= start && at < start + MINUTE).length));
}

function longestPause(attempts) {
  return Math.max(...attempts.slice(1).map((at, n) => at - attempts[n]));
}
