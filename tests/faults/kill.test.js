// The hub is killed, or stopped, again and again in the middle of work. Nothing confirmed is lost or doubled.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { shift } from './shift.js';

function allIsWell(figures, t) {
  t.diagnostic(JSON.stringify(figures));
  const { lost, unexpected, doubled, outOfOrder, faults, late } = figures;
  assert.deepEqual({ lost, unexpected, doubled, outOfOrder, faults, late }, {
    lost: 0, unexpected: 0, doubled: 0, outOfOrder: 0, faults: [], late: [],
  }, `CHAPFOOD_SEED=${figures.seed} repeats the pauses of this run`);
  assert.ok(figures.confirmed > 100, 'the crew did work');
}

test('kill -9 of the hub in mid-work, ten times', async (t) => {
  allIsWell(await shift(t, { strike: (hub) => hub.kill(), strikes: 10 }), t);
});

test('orderly stops of the hub in mid-work, five times', async (t) => {
  allIsWell(await shift(t, { strike: (hub) => hub.stop(), strikes: 5 }), t);
});
