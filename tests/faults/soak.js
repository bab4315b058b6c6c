// The long run of every trial: `node soak.js [SHARE] [PROMISE]`, where a share of 0.1 is a tenth of it, and P8 means the
// trials of that promise alone. Prints what is under way to stderr and the table for docs/reliability.md to stdout; the
// exit code says whether all is well.

import { interruptedBackups, interruptedRestores } from './copies.js';
import { cutPower } from './cuts.js';
import { fillDisk, fillStationsDisk } from './full.js';
import { gaps } from './gaps.js';
import { outage } from './outage.js';
import { shift } from './shift.js';
import { cableIsPulled, hubStopsDead, stationSleeps } from './silence.js';
import { stalledInABacklog, stalledReaders } from './stalled.js';
import { popupKills, stationKills } from './station-kills.js';
import { storm } from './storm.js';
import { interruptedHubUpdates, interruptedStationUpdates } from './upgrades.js';

const share = Number(process.argv[2] ?? 1);
const promise = process.argv[3];
const chosen = ({ promises }) => promise === undefined || promises.split(' ').includes(promise);
const times = (whole) => Math.max(1, Math.round(whole * share));
const started = Date.now();
const minutes = () => ((Date.now() - started) / 60_000).toFixed(1);
const seconds = (milliseconds) => `${(milliseconds / 1_000).toFixed(1)} s`;
const megabytes = (kilobytes) => `${(kilobytes / 1_024).toFixed(1)} MB`;

// At the whole share every step is tried, and every older version.
const steps = share < 1 ? { stride: 3, older: 1 } : {};
// What was found after each death, of every version that was tried: `allowed` verdicts, and others.
function verdicts(trials, allowed) {
  const found = Object.values(trials).flatMap((trial) => Object.entries(trial.verdicts));
  return {
    deaths: Object.values(trials).reduce((sum, { deaths }) => sum + deaths, 0),
    others: found.filter(([words]) => !allowed.includes(words)).reduce((sum, [, count]) => sum + count, 0),
  };
}
const interrupted = {
  promises: 'P13',
  counts: ({ deaths, others }) => `killed at ${deaths} steps, ${others} times something else than before or after`,
  holds: ({ deaths, others }) => deaths > 0 && others === 0,
};

// `run` gives figures; `counts` words what was tried and found apart from the account, and `holds` what must hold
// apart from it.
const TRIALS = [
  {
    promises: 'P1 P2 P4', what: 'kill -9 of the hub in mid-work',
    run: (t, report) => shift(t, { strike: (hub) => hub.kill(), strikes: times(1_000), confirmed: times(50_000), report }),
    counts: ({ strikes }) => `${strikes} kills`,
  },
  {
    promises: 'P1 P2 P4', what: 'orderly stop of the hub in mid-work',
    run: (t) => shift(t, { strike: (hub) => hub.stop(), strikes: times(100) }),
    counts: ({ strikes }) => `${strikes} stops`,
  },
  {
    promises: 'P1 P2 P4', what: 'kill -9 of a hub with 200 clients',
    run: (t) => shift(t, { strike: (hub) => hub.kill(), strikes: times(50), devices: 150, stocks: 40, upgraders: 5, pollers: 5, window: 4, drain: 180_000 }),
    counts: ({ strikes }) => `${strikes} kills`,
  },
  {
    promises: 'P1 P2', what: 'power cut under the hub; every other one tears what was being written, every third one comes while flushes fail',
    run: (t, report) => cutPower(t, { cuts: times(1_000), report }),
    counts: ({ cuts, forgotten, phantoms, broken }) => `${cuts} cuts: ${forgotten} confirmed rows forgotten, ${phantoms} shown before they were kept, ${broken.length} databases broken`,
    holds: ({ forgotten, phantoms, broken }) => forgotten + phantoms + broken.length === 0,
  },
  {
    promises: 'P2 P3 P4', what: 'delay, reset, half-close, black hole, 1 KB/s and cut on every link',
    run: (t) => storm(t, { rounds: times(10) }),
    counts: ({ strikes, connections }) => `${strikes} faults, ${connections} connections`,
  },
  {
    promises: 'P3', what: 'kill -9 of the station in a rush',
    run: (t) => stationKills(t, { kills: times(200) }),
    counts: ({ kills, behind, popupsAgain }) => `${kills} kills, ${behind} while it was behind, ${popupsAgain} pop-ups again`,
    holds: ({ popupsAgain, unstored, asTheHub }) => popupsAgain + unstored === 0 && asTheHub,
  },
  {
    promises: 'P3', what: 'kill -9 of the station at the moment of a pop-up',
    run: (t) => popupKills(t, { kills: times(100) }),
    counts: ({ kills, popups, popupsAgain }) => `${kills} kills, ${popups} pop-ups, ${popupsAgain} again`,
    holds: ({ popupsAgain, unstored, asTheHub }) => popupsAgain + unstored === 0 && asTheHub,
  },
  {
    promises: 'P5', what: 'older copy put back, another hub at the address, pruning beyond who was away',
    run: (t) => gaps(t, { rounds: times(10) }),
    counts: ({ induced, reported, falseAlarms }) => `${induced} gaps induced, ${reported} reported, ${falseAlarms.length} false alarms`,
    holds: ({ induced, reported, silent, falseAlarms, lost }) => reported === induced && silent.length + falseAlarms.length + lost.length === 0,
  },
  {
    promises: 'P6 P7', what: 'the hub stops dead (SIGSTOP)',
    run: (t) => hubStopsDead(t),
    counts: ({ noticedAfter, backAfter }) => `noticed after ${seconds(noticedAfter)}, back after ${seconds(backAfter)}`,
    holds: ({ noticedAfter, backAfter }) => noticedAfter <= 15_500 && backAfter <= 10_500,
  },
  {
    promises: 'P6 P7', what: 'the cable is pulled',
    run: (t) => cableIsPulled(t),
    counts: ({ noticedAfter, backAfter }) => `noticed after ${seconds(noticedAfter)}, back after ${seconds(backAfter)}`,
    holds: ({ noticedAfter, backAfter }) => noticedAfter <= 15_500 && backAfter <= 10_500,
  },
  {
    promises: 'P2 P7', what: 'the station sleeps',
    run: (t) => stationSleeps(t),
    counts: ({ meanwhile, caughtUp }) => `${meanwhile} meanwhile, ${caughtUp} caught up`,
    holds: ({ meanwhile, caughtUp }) => caughtUp === meanwhile,
  },
  {
    promises: 'P8', what: 'the disk of the hub fills, and there is room again',
    run: (t) => fillDisk(t, { kilobytes: 16_384, rounds: times(40) }),
    counts: ({ rounds, refused, differences, broken, deaths }) => `${rounds} times full, ${refused} refused, ${differences} confirmed otherwise than stored, ${broken} databases broken, ${deaths} deaths`,
    holds: ({ differences, broken, deaths }) => differences + broken + deaths === 0,
  },
  {
    promises: 'P8', what: 'the disk of the station fills, and there is room again',
    run: (t) => fillStationsDisk(t, { kilobytes: 16_384, rounds: times(20) }),
    counts: ({ rounds, tooEarly }) => `${rounds} times full, ${tooEarly} acknowledged too early`,
    holds: ({ tooEarly }) => tooEarly === 0,
  },
  {
    promises: 'P9', what: '20 of 200 clients stop reading',
    run: (t) => stalledReaders(t, { calm: 10_000 }),
    counts: ({ ratio, p99, p99Stalled, grown, disconnected }) => `p99 of the others ${p99} ms before, ${p99Stalled} ms meanwhile (ratio ${ratio}); hub grew by ${megabytes(grown)}; ${disconnected} others disconnected`,
    holds: ({ disconnected, grown }) => disconnected === 0 && grown <= 20_000,
  },
  {
    promises: 'P9', what: '20 clients stop reading in a backlog of large notifications',
    run: (t) => stalledInABacklog(t),
    counts: ({ grown }) => `hub grew by ${megabytes(grown)}`,
    holds: ({ grown }) => grown <= 20_000,
  },
  {
    ...interrupted, what: 'restore killed before each of its steps, kill and power cut',
    run: async (t) => verdicts([await interruptedRestores(t, steps)], ['older', 'newer']),
  },
  {
    ...interrupted, what: 'backup killed before each of its steps, kill and power cut',
    run: async (t) => verdicts([await interruptedBackups(t, steps)], ['no copy', 'whole']),
  },
  {
    ...interrupted, what: 'first start of a hub and updates of older databases, likewise',
    run: async (t) => verdicts(await interruptedHubUpdates(t, steps), ['as it was']),
  },
  {
    ...interrupted, what: 'first start of a station and updates of older histories, likewise',
    run: async (t) => verdicts(await interruptedStationUpdates(t, steps), ['as it was']),
  },
];

// It mostly waits, and so runs beside the others.
const OUTAGE = {
  promises: 'P7', what: 'the hub is off, on a clock 60 times as fast',
  run: (t) => outage(t, { minutes: Math.max(15, Math.round(24 * 60 * share)) }),
  counts: ({ minutes, attempts, busiestMinute, backAfter, early, inTheEnd }) =>
    `${(minutes / 60).toFixed(1)} h, ${attempts} attempts, at most ${busiestMinute} in a minute, back after ${seconds(backAfter)}; threads ${early.threads} → ${inTheEnd.threads}, descriptors ${early.descriptors} → ${inTheEnd.descriptors}, memory ${megabytes(early.memory)} → ${megabytes(inTheEnd.memory)}`,
  holds: ({ busiestMinute, backAfter }) => busiestMinute <= 12 && backAfter <= 10_500,
};

// Runs a trial as Node's test runner would run a test, and ends everything that it started.
async function attempt({ promises, what, run, counts, holds = () => true }) {
  const ends = [];
  console.error(`${minutes()} min: ${what}`);
  const report = (soFar) => console.error(`${minutes()} min: ${what}: ${JSON.stringify(soFar)}`);
  try {
    const figures = await run({ after: (end) => ends.push(end) }, report);
    if (figures === null) return { promises, what, counts: 'not possible on this system', well: true };
    console.error(JSON.stringify(figures));
    const { faults = [], late = [], lost, unexpected, doubled, outOfOrder } = figures;
    const account = Number.isInteger(lost) && Number.isInteger(doubled);
    const well = holds(figures) && faults.length + late.length === 0 && (!account || lost + unexpected + doubled + outOfOrder === 0);
    return { promises, what, figures: account ? figures : {}, counts: counts(figures), well };
  } catch (error) {
    console.error(error);
    return { promises, what, counts: `did not end: ${error.message.split('\n')[0]}`, well: false };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

const waiting = [OUTAGE].filter(chosen).map(attempt);
const results = [];
for (const trial of TRIALS.filter(chosen)) results.push(await attempt(trial));
results.push(...(await Promise.all(waiting)));

const cell = (value) => (value === undefined ? '' : value.toLocaleString('en'));
console.log('| promise | trial | | confirmed | lost | unexpected | doubled | out of order |');
console.log('|---|---|---|--:|--:|--:|--:|--:|');
for (const { promises, what, counts, well, figures = {} } of results) {
  const { confirmed, lost, unexpected, doubled, outOfOrder } = figures;
  const numbers = [confirmed, lost, unexpected, doubled, outOfOrder].map(cell);
  console.log(`| ${promises} | ${what} | ${well ? '' : '**FAILED** '}${counts} | ${numbers.join(' | ')} |`);
}
const sum = (field) => cell(results.reduce((total, { figures }) => total + (figures?.[field] ?? 0), 0));
console.log(`| | **all** | ${minutes()} min | ${['confirmed', 'lost', 'unexpected', 'doubled', 'outOfOrder'].map(sum).join(' | ')} |`);
process.exit(results.every(({ well }) => well) ? 0 : 1);
