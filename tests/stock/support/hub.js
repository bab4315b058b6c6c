// One hub as a program of its own, as a shop runs it: started on a free port, ended by its process id.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { within } from './within.js';

export const PROGRAM = process.env.CHAPFOOD_BIN ?? fileURLToPath(new URL('../../../target/debug/chapfood', import.meta.url));

// Runs the program to its end, in English.
export const chapfood = (...args) =>
  promisify(execFile)(PROGRAM, args, { timeout: 20_000, env: { ...process.env, LANG: 'C' } });

export class Hub {
  #child;
  #exit;

  // `lines` is what it said when it was ready: where it listens.
  constructor(child, data, lines) {
    const url = lines[0].slice('hub ready on '.length).replace('0.0.0.0', '127.0.0.1');
    this.#child = child;
    this.#exit = once(child, 'exit');
    this.data = data;
    this.url = url;
    this.port = Number(new URL(url).port);
    // Its doors to the network, as this computer reaches them.
    this.doors = lines.slice(1).map((line) => {
      const [, address, fingerprint] = /^network (\S+) (?:certificate ([0-9A-F:]+)|without TLS)$/.exec(line);
      const door = new URL(address);
      door.hostname = '127.0.0.1';
      return { url: door.origin, port: Number(door.port), fingerprint };
    });
  }

  get running() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid() {
    return this.#child.pid;
  }

  // Stops it dead, so that it says nothing and closes nothing, and lets it go on.
  freeze() {
    this.#child.kill('SIGSTOP');
  }

  thaw() {
    this.#child.kill('SIGCONT');
  }

  // Asks the hub to stop, as systemd does, and gives its exit code.
  async stop() {
    if (this.running) this.#child.kill('SIGTERM');
    const [code] = await within(5_000, 'the hub stops in order', this.#exit);
    return code;
  }

  // Ends it as a power cut would: it cannot do anything more.
  async kill() {
    if (this.running) this.#child.kill('SIGKILL');
    await within(5_000, 'the killed hub is gone', this.#exit);
  }
}

// Starts a hub that ends with test `t`. `data` and `port` continue an earlier one. `through` is the beginning of a
// command line that becomes the program named at its end, e.g. in another namespace. It is not announced to whoever is
// on this computer's network, unless that is `announced`.
export async function startHub(
  t,
  { data, port = 0, listen = '127.0.0.1', args = [], env = {}, through = [], announced = false } = {},
) {
  const folder = data ?? (await mkdtemp(join(tmpdir(), 'chapfood-stock-')));
  const quiet = announced || !args.includes('--lan') ? [] : ['--no-announce'];
  const [program, ...words] = [...through, PROGRAM, 'hub', '--listen', `${listen}:${port}`, '--data', folder, ...quiet, ...args];
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, RUST_LOG: process.env.RUST_LOG ?? 'warn', ...env },
  });
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the hub ended with ${code} instead of getting ready: ${log}`);
  });
  // From the first line on nobody waits for this end any more.
  ended.catch(() => {});
  const wanted = 1 + args.filter((word) => word.startsWith('--lan')).length;
  const ready = (async () => {
    const lines = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (lines.length === wanted) return lines;
    }
    // It says no more because it ends: that has the reason.
    return ended;
  })();
  const lines = await within(15_000, 'the hub gets ready', Promise.race([ready, ended]));
  if (!/^hub ready on http:\/\/(127\.0\.0\.1|0\.0\.0\.0):\d+$/.test(lines[0])) {
    throw new Error(`the hub's first line is ${JSON.stringify(lines[0])}`);
  }

  const hub = new Hub(child, folder, lines);
  // Everything that it has logged so far.
  hub.logged = () => log;
  t.after(async () => {
    await hub.kill();
    if (!data) await rm(folder, { recursive: true, force: true });
  });
  return hub;
}
