// Runs the tests of this folder (or those that are named) in a network of their own: nothing is announced to the people
// next door, nothing of theirs is heard, and what a test forgets to tidy up goes with it. Where the system gives
// nobody such a network they are skipped, with a word; in CI that is a failure.

import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { INSIDE } from './lan.js';

const OWN_NETWORK = ['--map-root-user', '--net'];

const tried = spawnSync('unshare', [...OWN_NETWORK, 'sh', '-c', 'ip link add name lan type bridge && unshare --net true'], {
  encoding: 'utf8',
  timeout: 10_000,
});
if (tried.status !== 0) {
  const why = (tried.stderr || tried.error?.message || '').trim();
  console.log(`SKIPPED: this system gives no network of one's own (unshare --net, a bridge): ${why}`);
  process.exit(process.env.CI ? 1 : 0);
}

const folder = fileURLToPath(new URL('.', import.meta.url));
const named = process.argv.slice(2);
const files = named.length > 0 ? named : readdirSync(folder).filter((name) => name.endsWith('.test.js'));
const words = ['--test', '--test-reporter=spec', '--test-concurrency=2', '--test-timeout=120000', ...files];
// A new network begins without even its loopback.
const begin = ['sh', '-c', 'ip link set lo up && exec "$0" "$@"', process.execPath];
const run = spawn('unshare', [...OWN_NETWORK, ...begin, ...words], {
  cwd: folder,
  stdio: 'inherit',
  env: { ...process.env, [INSIDE]: 'yes' },
});
run.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
