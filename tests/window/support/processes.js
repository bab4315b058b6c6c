// Starts programs, keeps what they say, and ends them by their own process id.
import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync, readdirSync } from 'node:fs';

/** Polls until `look` answers with something true, and says what was missing if it never does. */
export async function until(what, look, within = 15_000) {
  const end = Date.now() + within;
  let last;
  while (Date.now() < end) {
    try {
      const seen = await look();
      if (seen) return seen;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within ${within} ms: ${what}`, { cause: last });
}

/** What still runs; ended even if this process is told to end in the middle of a test. */
const running = new Set();
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(1));
process.on('exit', () => {
  for (const { pid } of [...running].reverse()) {
    for (const one of [...descendants(pid), pid]) kill(one);
  }
});

/** One program under test or beside it. */
export class Program {
  constructor(command, args, { env, log, stdio }) {
    this.name = command;
    this.out = '';
    this.child = spawn(command, args, { env, stdio: stdio ?? ['ignore', 'pipe', 'pipe'] });
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => resolve({ code, signal }));
      this.child.once('error', (error) => resolve({ error }));
    });
    running.add(this);
    void this.ended.then(() => running.delete(this));
    const file = createWriteStream(log, { flags: 'a' });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (bytes) => {
        this.out += bytes;
        file.write(bytes);
      });
    }
    void this.ended.then(() => file.end());
  }

  get pid() {
    return this.child.pid;
  }

  /** Asks it to end, insists after a while, and waits until it has. */
  async end(patience = 3_000) {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.ended;
    this.child.kill('SIGTERM');
    const insist = setTimeout(() => this.child.kill('SIGKILL'), patience);
    const how = await this.ended;
    clearTimeout(insist);
    return how;
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended in between.
  }
}

export function alive(pid) {
  try {
    // A zombie still takes signals: only its state tells that it has ended.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** All processes started by `pid`, directly or not. */
export function descendants(pid) {
  const parents = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended in between.
    }
  }
  const found = [];
  const visit = (of) => {
    for (const [child, parent] of parents) {
      if (parent === of) {
        found.push(child);
        visit(child);
      }
    }
  };
  visit(pid);
  return found;
}

/** Resident memory of a process and all it started, in MB. */
export function memory(pid) {
  const kb = [pid, ...descendants(pid)].map((one) => {
    try {
      return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  });
  return Math.round(kb.reduce((sum, one) => sum + one, 0) / 1024);
}
