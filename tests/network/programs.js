// Programs on the computers of a LAN: a hub, somebody who listens, somebody who looks for hubs.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { PROGRAM, startHub } from '../stock/support/hub.js';
import { within } from '../stock/support/within.js';

export const PORT = 8002;
const LISTENER = fileURLToPath(new URL('listener.js', import.meta.url));
// How long a hub may take to be found: a change of address is noticed within 5 s, and this machine may be busy.
const FOUND = 45_000;

// A hub that announces itself, with pings that are quicker than a shop's.
export async function hubOn(t, computer, { name = 'Marais', args = [], ...options } = {}) {
  const pings = ['--ping-interval-ms', '1000', '--ping-timeout-ms', '1000'];
  const hub = await startHub(t, {
    through: computer.through, args: ['--lan', `[::]:${PORT}`, '--name', name, ...pings, ...args], announced: true, ...options,
  });
  hub.fingerprint = hub.doors[0].fingerprint;
  hub.id = hub.fingerprint.replaceAll(':', '').slice(0, 16).toLowerCase();
  // As a program of the hub's own computer.
  hub.send = (title) => computer.run(PROGRAM, 'send', '--hub', hub.url, '--channel', 'orders', title, 'm');
  hub.stats = async () => JSON.parse((await computer.run(PROGRAM, 'stats', '--hub', hub.url, '--json')).stdout);
  return hub;
}

// The hubs that are found from a computer within `seconds`.
export async function find(computer, seconds = 3) {
  const found = await computer.run(PROGRAM, 'find', '--json', '--timeout', `${seconds}`).catch((error) => error);
  // 3 is "none was found".
  if (found.code !== undefined && found.code !== 3) throw found;
  return found.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

// Looks again and again until what is found is as wanted.
export async function findUntil(computer, what, wanted) {
  const deadline = Date.now() + FOUND;
  for (;;) {
    const hubs = await find(computer);
    if (wanted(hubs)) return hubs;
    if (Date.now() > deadline) throw new Error(`not within ${FOUND} ms: ${what}; found are ${JSON.stringify(hubs)}`);
  }
}

// The stock client on a computer.
export class Listener {
  #waiting = new Set();

  constructor() {
    // What happened to it, in order.
    this.log = [];
  }

  static start(t, computer, url, { token, userId = 'caisse', channel = 'orders' } = {}) {
    const listener = new Listener();
    const [program, ...words] = [...computer.through, process.execPath, LISTENER, url, userId, channel];
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TOKEN: token ?? '' } });
    createInterface({ input: child.stdout }).on('line', (line) => listener.#happened(JSON.parse(line)));
    listener.stop = async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    };
    t.after(listener.stop);
    return listener;
  }

  get titles() {
    return this.log.filter(({ is }) => is === 'notification').map(({ title }) => title);
  }

  #happened(what) {
    this.log.push(what);
    for (const look of [...this.#waiting]) look();
  }

  // Waits until what happened so far is as wanted.
  async until(what, wanted, milliseconds = 20_000) {
    let look;
    const held = new Promise((resolve) => {
      look = () => wanted(this) && resolve();
      this.#waiting.add(look);
      look();
    });
    await within(milliseconds, what, held).catch((late) => {
      throw new Error(`${late.message}; so far: ${JSON.stringify(this.log)}`);
    });
    this.#waiting.delete(look);
  }

  // Waits until `is` happened `times` times.
  async has(is, times = 1) {
    await this.until(`${is}, ${times} times`, ({ log }) => log.filter((happened) => happened.is === is).length >= times);
  }

  async got(...titles) {
    await this.until(`it gets ${titles}`, (now) => titles.every((title) => now.titles.includes(title)));
  }
}
