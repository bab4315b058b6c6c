// The hub is killed, or stopped, again and again in the middle of work. Nothing confirmed is lost or doubled.

import { test } from 'node:test';

import { allIsWell } from './all-is-well.js';
import { shift } from './shift.js';

test('kill -9 of the hub in mid-work, ten times', async (t) => {
  allIsWell(await shift(t, { strike: (hub) => hub.kill(), strikes: 10 }), t);
});

test('orderly stops of the hub in mid-work, five times', async (t) => {
  allIsWell(await shift(t, { strike: (hub) => hub.stop(), strikes: 5 }), t);
});
