// In a network of its own (`unshare --net`): a station finds no hub, and the computer gets an address and loses it.
// Prints how the link stood, as JSON.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { startStation } from './station.js';

const ip = (...words) => execFileSync('ip', words);
const ends = [];
ip('link', 'set', 'lo', 'up');

// What takes the place of a hub refuses, or holds whoever comes: the state of an attempt that fails at once is over
// before it is told.
const held = new Set();
let holding = false;
const nobody = createServer((socket) => {
  socket.on('error', () => {});
  if (holding) held.add(socket);
  else socket.resetAndDestroy();
});
nobody.listen(0, '127.0.0.1');
await once(nobody, 'listening');

const states = [];
try {
  const station = await startStation({ after: (end) => ends.push(end) }, { hub: `http://127.0.0.1:${nobody.address().port}` });
  const shown = async (state) => {
    await station.until(`the link is ${state}`, ({ link }) => link.state === state, 20_000);
    states.push(state);
  };
  for (const change of ['add', 'delete']) {
    holding = false;
    held.forEach((socket) => socket.resetAndDestroy());
    // An attempt has just failed, and the next one is eight seconds away at least.
    await shown('offline');
    holding = true;
    ip('address', change, '192.168.1.20/32', 'dev', 'lo');
    // Only an attempt before its time is shown so.
    await shown('connecting');
  }
} catch (late) {
  states.push(late.message);
} finally {
  for (const end of ends) await end();
}
console.log(JSON.stringify(states));
process.exit(0);
