// A local network: computers, each with a network card of its own, and cables between them and a switch. Each computer
// is a network namespace; programs are started in it with `computer.through`.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { joined } from './relay.js';
import { within } from '../stock/support/within.js';

// Set by run.js: these tests change the network they run in.
export const INSIDE = 'CHAPFOOD_TEST_INSIDE_OWN_NETWORK';

const run = promisify(execFile);
const RELAY = fileURLToPath(new URL('relay.js', import.meta.url));
// Interfaces of one network have different names, also when several tests run at once.
let cables = 0;
let switches = 0;

export class Lan {
  #name;

  constructor(name) {
    this.#name = name;
  }

  // A switch without computers, which goes with test `t`.
  static async lay(t) {
    if (!process.env[INSIDE]) throw new Error('these tests need a network of their own: run them by `npm test`, or `node run.js FILE`');
    switches += 1;
    const lan = new Lan(`sw${process.pid}-${switches}`.slice(-15));
    await run('ip', ['link', 'add', 'name', lan.#name, 'type', 'bridge']);
    await run('ip', ['link', 'set', lan.#name, 'up']);
    t.after(() => run('ip', ['link', 'delete', lan.#name]));
    return lan;
  }

  // A computer with this address, whose cable is in.
  async computer(t, address) {
    cables += 1;
    const port = `p${process.pid}-${cables}`.slice(-15);
    // It holds the namespace, which ends with it.
    const holder = spawn('unshare', ['--net', 'sh', '-c', 'echo there; exec sleep infinity'], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(async () => {
      holder.kill('SIGKILL');
      await once(holder, 'close');
    });
    await within(10_000, 'the computer is there', once(createInterface({ input: holder.stdout }), 'line'));
    await run('ip', ['link', 'add', 'name', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${holder.pid}`]);
    await run('ip', ['link', 'set', port, 'master', this.#name, 'up']);
    const computer = new Computer(holder.pid, port);
    await computer.ip('link', 'set', 'lo', 'up');
    await computer.ip('link', 'set', 'eth0', 'up');
    await computer.take(address);
    return computer;
  }
}

export class Computer {
  #port;
  #address;

  constructor(pid, port) {
    // The beginning of a command line that runs on this computer.
    this.through = ['nsenter', '--target', `${pid}`, '--net', '--'];
    this.#port = port;
  }

  get address() {
    return this.#address;
  }

  // Runs a program on this computer to its end, in English.
  async run(...command) {
    const [program, ...words] = [...this.through, ...command];
    return run(program, words, { timeout: 30_000, env: { ...process.env, LANG: 'C', LC_ALL: 'C' } });
  }

  async ip(...words) {
    await this.run('ip', ...words);
  }

  // Gets this address instead of the one it had, as from a router that was replaced.
  async take(address) {
    if (this.#address) await this.ip('address', 'delete', `${this.#address}/24`, 'dev', 'eth0');
    await this.ip('address', 'add', `${address}/24`, 'dev', 'eth0');
    this.#address = address;
  }

  // Where `url`, on this computer's own loopback, is reached from the test: `reach` for a station that runs here.
  async reach(t, url) {
    const folder = await mkdtemp(join(tmpdir(), 'chapfood-reach-'));
    // A socket in the file system is the same in every network.
    const path = join(folder, 'way');
    const [program, ...words] = [...this.through, process.execPath, RELAY, path, new URL(url).port];
    const relay = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    await within(10_000, 'the way is open', once(createInterface({ input: relay.stdout }), 'line'));
    const door = createServer((socket) => joined(socket, connect(path)));
    door.listen(0, '127.0.0.1');
    await once(door, 'listening');
    t.after(async () => {
      relay.kill('SIGKILL');
      await once(relay, 'close');
      door.close();
      await rm(folder, { recursive: true, force: true });
    });
    return `http://127.0.0.1:${door.address().port}`;
  }

  // What the switch sees: the card has no light any more, and its address stays.
  async pullCable() {
    await run('ip', ['link', 'set', this.#port, 'down']);
  }

  async plugIn() {
    await run('ip', ['link', 'set', this.#port, 'up']);
  }
}
