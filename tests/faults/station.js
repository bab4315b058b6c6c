// One real station as a program of its own, with its own folder; its hub is elsewhere.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

import { PROGRAM } from '../stock/support/hub.js';
import { within } from '../stock/support/within.js';

export const STATION_PROGRAM = process.env.CHAPFOOD_BROWSER_STATION ?? join(dirname(PROGRAM), 'chapfood-browser-station');
const PAGE = 500;

export class Station {
  #child;
  #exit;
  #events = new AbortController();
  #waiting = new Set();

  constructor(child, data) {
    this.#child = child;
    this.#exit = once(child, 'exit');
    this.data = data;
    this.url = null;
    // The state as the station last told it.
    this.snapshot = null;
    // What the station logged.
    this.log = '';
    child.stderr.on('data', (chunk) => (this.log += chunk));
  }

  get pid() {
    return this.#child.pid;
  }

  get connected() {
    return this.snapshot?.link.state === 'connected';
  }

  // Follows the station's snapshots for as long as it runs.
  async watch() {
    const { body } = await fetch(`${this.url}/station/events`, { signal: this.#events.signal });
    const follow = async () => {
      let text = '';
      for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
        const lines = (text + chunk).split('\n');
        text = lines.pop();
        for (const line of lines.filter((line) => line.startsWith('data: '))) this.#told(JSON.parse(line.slice(6)));
      }
    };
    // It ends with the station, which may have been killed.
    follow().catch(() => {});
    await this.until('the first snapshot comes', () => true);
  }

  #told({ event, snapshot }) {
    if (event !== 'snapshot') return;
    this.snapshot = snapshot;
    for (const look of [...this.#waiting]) look();
  }

  // Waits until a snapshot is as wanted.
  async until(what, holds, milliseconds = 15_000) {
    let look;
    const held = new Promise((resolve) => {
      look = () => this.snapshot && holds(this.snapshot) && resolve(this.snapshot);
      this.#waiting.add(look);
      look();
    });
    try {
      return await within(milliseconds, what, held);
    } catch (late) {
      throw new Error(`${late.message}; the link is ${JSON.stringify(this.snapshot?.link)}`);
    } finally {
      this.#waiting.delete(look);
    }
  }

  // Connected, and in its channels: from now on nothing may be missed.
  async ready() {
    const inside = ({ channels }) => channels.every(({ joined, confirmed }) => !joined || confirmed);
    await this.until('the station is in its channels', (now) => now.link.state === 'connected' && inside(now));
  }

  async command(command) {
    const answer = await fetch(`${this.url}/station/command`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(command),
    });
    if (!answer.ok) throw new Error(`${command.do}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  // The whole history, oldest first.
  async history() {
    const { newestRow } = await this.command({ do: 'snapshot' });
    const filter = { upToRow: newestRow };
    const rows = [];
    for (let page = null; page === null || page.length === PAGE; rows.push(...page)) {
      page = await this.command({ do: 'page', filter, offset: rows.length, limit: PAGE });
    }
    return rows.reverse();
  }

  // Stops it dead, as a suspended computer is, and lets it go on.
  freeze() {
    this.#child.kill('SIGSTOP');
  }

  thaw() {
    this.#child.kill('SIGCONT');
  }

  async stop() {
    await this.#end('SIGTERM');
  }

  // Ends it as a power cut would: it cannot do anything more.
  async kill() {
    await this.#end('SIGKILL');
  }

  async #end(signal) {
    this.#events.abort();
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    await within(10_000, 'the station is gone', this.#exit);
  }
}

// Starts a station that ends with test `t`, listening to the hub at `hub`. `data` continues an earlier one. `through`
// is the beginning of a command line that becomes the program named at its end; where that is in another network, `reach`
// says where the test finds an address of there.
export async function startStation(t, { hub, data, env = {}, through = [], reach = (url) => url }) {
  const folder = data ?? (await mkdtemp(join(tmpdir(), 'chapfood-station-')));
  const [program, ...words] = [...through, STATION_PROGRAM, '--data', folder, '--ui', folder, '--no-hub', '--hub', hub];
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', RUST_LOG: 'chapfood_client=info,chapfood_browser_station=info', ...env },
  });
  const station = new Station(child, folder);
  t.after(async () => {
    await station.kill();
    if (!data) await rm(folder, { recursive: true, force: true });
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the station ended with ${code} instead of getting ready: ${station.log}`);
  });
  // From its first line on nobody waits for this end any more.
  ended.catch(() => {});
  const [line] = await within(15_000, 'the station gets ready', Promise.race([
    once(createInterface({ input: child.stdout }), 'line'), ended,
  ]));
  station.url = /^station ready on (\S+)$/.exec(line)?.[1];
  if (!station.url) throw new Error(`the station's first line is ${JSON.stringify(line)}`);
  station.url = await reach(station.url);
  await station.watch();
  return station;
}
