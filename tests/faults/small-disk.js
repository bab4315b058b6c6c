// A small disk of its own: a tmpfs in a private mount namespace. Nothing of it outlives the test, however that ends.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, rmdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { within } from '../stock/support/within.js';

// Mounts, says so, and holds the namespace until its input ends, with the test.
const HOLD = 'mount -t tmpfs -o "size=$2" chapfood "$1" && echo mounted && exec cat';
// Root may mount in a namespace of its own; another user needs one in which it counts as root.
const WAYS = [
  { unshare: ['--mount'], nsenter: ['--mount'] },
  { unshare: ['--user', '--map-root-user', '--mount'], nsenter: ['--user', '--preserve-credentials', '--mount'] },
].slice(userInfo().uid === 0 ? 0 : 1);

export class SmallDisk {
  #holder;

  constructor(holder, way, path) {
    this.#holder = holder;
    this.path = path;
    // The beginning of a command line that becomes a program with this disk in reach.
    this.through = ['nsenter', '--target', String(holder.pid), ...way.nsenter, '--'];
  }

  // Gives null, and skips the test, on a system that does not allow it.
  static async make(t, kilobytes) {
    const path = await mkdtemp(join(tmpdir(), 'chapfood-disk-'));
    t.after(() => rmdir(path));
    const reasons = [];
    for (const way of WAYS) {
      const holder = spawn('unshare', [...way.unshare, 'sh', '-c', HOLD, 'sh', path, `${kilobytes}k`]);
      t.after(() => holder.stdin.end());
      let words = '';
      holder.stderr.on('data', (chunk) => (words += chunk));
      const mounted = once(createInterface({ input: holder.stdout }), 'line').then(() => true);
      const refused = Promise.race([once(holder, 'error'), once(holder, 'close')]).then(([why]) => {
        reasons.push(`unshare ${way.unshare.join(' ')}: ${words.trim() || why}`);
        return false;
      });
      if (await within(10_000, 'a small disk is mounted or refused', Promise.race([mounted, refused]))) {
        return new SmallDisk(holder, way, path);
      }
    }
    t.skip(`no small disk can be mounted here: ${reasons.join('; ')}`);
    return null;
  }

  // A file of this disk, as the test reaches it from outside.
  outside(...names) {
    return join('/proc', String(this.#holder.pid), 'root', this.path, ...names);
  }

  // Another program's file takes all the room that is left, but for so many kilobytes.
  async fill(left = 0) {
    const ballast = await open(this.outside('ballast'), 'a');
    try {
      for (;;) await ballast.write(Buffer.alloc(4_096));
    } catch (full) {
      if (full.code !== 'ENOSPC') throw full;
      const { size } = await ballast.stat();
      await ballast.truncate(Math.max(0, size - left * 1_024));
    } finally {
      await ballast.close();
    }
  }

  // The other program's file goes, and the disk has so many kilobytes from now on.
  async makeRoom(kilobytes) {
    await rm(this.outside('ballast'), { force: true });
    // Said in full, or the options of the present mount are repeated, of which an ordinary user's fail.
    const mount = ['mount', '-t', 'tmpfs', '-o', `remount,size=${kilobytes}k`, 'chapfood', this.path];
    const [program, ...words] = [...this.through, ...mount];
    await promisify(execFile)(program, words);
  }
}
