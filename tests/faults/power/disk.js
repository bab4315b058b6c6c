// A disk whose power can be cut: the folder in which a hub works, and what a cut at this moment would leave of it.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { startHub } from '../../stock/support/hub.js';
import { within } from '../../stock/support/within.js';

const SHIM = fileURLToPath(new URL('shim.c', import.meta.url));
// What a disk writes whole or not at all.
const SECTOR = 512;

export class Disk {
  #root;
  #lazy;
  #hub;

  constructor(root, lazy) {
    this.#root = root;
    this.#lazy = lazy;
    this.data = join(root, 'data');
    this.survives = join(root, 'survives');
  }

  // With `lazy`, the hub's flushes are counted as late as synchronous=NORMAL makes them.
  static async make(t, { lazy = false } = {}) {
    const disk = new Disk(await realpath(await mkdtemp(join(tmpdir(), 'chapfood-power-'))), lazy);
    t.after(async () => {
      await disk.#hub?.kill();
      await rm(disk.#root, { recursive: true, force: true });
    });
    await Promise.all([mkdir(disk.data), mkdir(disk.survives)]);
    const flags = ['-std=c11', '-O2', '-Wall', '-Wextra', '-shared', '-fPIC'];
    await promisify(execFile)('cc', [...flags, '-o', join(disk.#root, 'shim.so'), SHIM, '-ldl', '-lpthread']);
    return disk;
  }

  get #shim() {
    return {
      LD_PRELOAD: join(this.#root, 'shim.so'),
      CHAPFOOD_DISK: this.data,
      CHAPFOOD_SURVIVES: this.survives,
      CHAPFOOD_SYNC_FAILS: join(this.#root, 'failing'),
      ...(this.#lazy ? { CHAPFOOD_LAZY_WAL: '1' } : {}),
    };
  }

  // Starts a hub on this disk.
  async start(t, options = {}) {
    this.#hub = await startHub(t, { ...options, data: this.data, env: this.#shim });
    return this.#hub;
  }

  // The disk is as `folder` is.
  async reset(folder) {
    await Promise.all([this.data, this.survives].map((own) => rm(own, { recursive: true })));
    await cp(folder, this.data, { recursive: true });
    await cp(folder, this.survives, { recursive: true, filter: (name) => !name.endsWith('-shm') });
  }

  // Runs a command until it is killed before its `step`th change of this disk. Gives false if it was done before, or
  // ready.
  async killed(step, [program, ...words]) {
    const env = { ...process.env, ...this.#shim, CHAPFOOD_DIES_AT: String(step) };
    const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [said, log] = ['', ''];
    const ready = () => /^\w+ ready on /m.test(said);
    child.stderr.on('data', (chunk) => (log += chunk));
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (ready()) child.kill('SIGKILL');
    });
    const [code, signal] = await within(20_000, `${words[0]} ends`, once(child, 'close'));
    if (code === 0 || ready()) return false;
    if (signal === 'SIGKILL') return true;
    throw new Error(`${words.join(' ')} ended with ${code ?? signal}: ${log}`);
  }

  // From now on, or no longer, every flush fails.
  async fail(failing) {
    await (failing ? writeFile(join(this.#root, 'failing'), '') : rm(join(this.#root, 'failing'), { force: true }));
  }

  // The power is cut; the hub was killed already. What was not flushed is gone. In a `torn` cut, of which `random`
  // decides, a part of it had reached the disk all the same, in whatever order the disk liked.
  async cut({ torn = false, random } = {}) {
    if (torn) await this.tear(random);
    await rm(this.data, { recursive: true });
    await rename(this.survives, this.data);
    await cp(this.data, this.survives, { recursive: true });
  }

  // A part of what was not flushed survives, by sectors, as `random` has it.
  async tear(random) {
    for (const name of await readdir(this.survives)) {
      const versions = await Promise.all([this.data, this.survives].map((folder) => readFile(join(folder, name))));
      const either = () => versions[random.between(0, 1)];
      const left = Buffer.alloc(either().length);
      for (let at = 0; at < left.length; at += SECTOR) either().subarray(at, at + SECTOR).copy(left, at);
      await writeFile(join(this.survives, name), left);
    }
  }

  // The files that a cut would change.
  async unflushed() {
    const names = (await readdir(this.data)).filter((name) => !name.endsWith('-shm'));
    const contents = (folder) => Promise.all(names.map((name) => readFile(join(folder, name)).catch(() => Buffer.alloc(0))));
    const [written, flushed] = await Promise.all([contents(this.data), contents(this.survives)]);
    return names.filter((_, n) => !written[n].equals(flushed[n]));
  }
}
