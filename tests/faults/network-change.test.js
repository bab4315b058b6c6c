// A station that waits for its next attempt makes it at once when the computer's network changes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const OWN_NETWORK = ['--map-root-user', '--net'];

test('an address that comes, and one that goes, end the wait for the next attempt', (t) => {
  const run = (...command) => spawnSync('unshare', [...OWN_NETWORK, ...command], { encoding: 'utf8', timeout: 90_000 });
  if (run('ip', 'link', 'set', 'lo', 'up').status !== 0) {
    t.skip('this system gives no network of one\'s own (unshare --net); the same is tested in crates/client');
    return;
  }
  const { stdout, stderr } = run(process.execPath, fileURLToPath(new URL('network-change.js', import.meta.url)));
  assert.equal(stdout.trim(), JSON.stringify(['offline', 'connecting', 'offline', 'connecting']), stderr);
});
