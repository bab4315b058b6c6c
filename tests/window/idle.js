// What the app costs a computer that does nothing: prints the figures of docs/performance.md, asserts none.
// `node idle.js [seconds]`, after `make demo` or any other build.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appPath, onDesk } from './support/desk.js';
import { descendants, until } from './support/processes.js';
import { members } from './support/sender.js';
import { TrayHost } from './support/tray-host.js';

const SECONDS = Number(process.argv[2] ?? 60);
const ROWS = 10_000;
const station = process.env.CHAPFOOD_BROWSER_STATION ?? join(appPath, '../chapfood-browser-station');
/** Of a process: the system counts its time in hundredths of a second. */
const TICKS = 100;

/** The app and all it started, with their names. */
function processes(pid) {
  return [pid, ...descendants(pid)].map((one) => ({ pid: one, name: readFileSync(`/proc/${one}/comm`, 'utf8').trim() }));
}

/** Seconds of processor time until now. */
function busy({ pid }) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number);
  return (user + system) / TICKS;
}

/** MB of memory: resident, and its share of what it has in common with others. */
function memory({ pid }) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const mb = (label) => Number(new RegExp(`^${label}:\\s+(\\d+)`, 'm').exec(rollup)[1]) / 1024;
  return { rss: mb('Rss'), pss: mb('Pss') };
}

/** Watches for a while what the app does when nobody does anything, and prints a line for each process. */
async function watch(what, pid) {
  // Starting is not idling: pages are still compiled, and garbage collected, for a while.
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const all = processes(pid);
  const before = all.map(busy);
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
  const lines = all.map((one, number) => ({ ...one, ...memory(one), time: busy(one) - before[number] }));
  const sum = (field) => lines.reduce((total, line) => total + line[field], 0);
  const whole = { name: 'all of them', time: sum('time'), rss: sum('rss'), pss: sum('pss') };
  for (const { name, time, rss, pss } of [...lines, whole]) {
    const share = ((time / SECONDS) * 100).toFixed(2);
    console.log(`| ${what} | ${name} | ${time.toFixed(2)} s (${share} %) | ${rss.toFixed(0)} MB | ${pss.toFixed(0)} MB |`);
  }
}

const settings = { language: 'fr', username: 'Alice', userId: 'user_42', channels: ['commandes'] };
await onDesk('idle', { settings }, async (desk) => {
  const seeded = join(desk.home, 'seeded');
  mkdirSync(seeded);
  const filling = desk.start(station, ['--data', seeded, '--no-hub', '--seed-rows', String(ROWS)]);
  await until('the history is filled', () => filling.out.includes('station ready'), 120_000);
  await filling.end();
  copyFileSync(join(seeded, 'history.db'), join(desk.data, 'history.sqlite'));

  const tray = await TrayHost.start(desk);
  const app = desk.runApp('--hidden');
  await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
  console.log(`| ${ROWS} notifications, ${SECONDS} s | process | processor time | RSS | PSS |\n|---|---|---|---|---|`);
  await watch('hidden in the tray', app.pid);
  await tray.choose('Ouvrir');
  await until('the window is there', () => desk.windows().length === 1);
  await watch('with its window', app.pid);
  await until('the window is gone', () => {
    const [window] = desk.windows();
    if (window) desk.close(window);
    return !window;
  });
  await watch('hidden again', app.pid);
  tray.stop();
});
