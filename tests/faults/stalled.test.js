// Clients that stop reading cost the hub little, cost the others nothing, and lose nothing themselves.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allIsWell } from './all-is-well.js';
import { stalledInABacklog, stalledReaders } from './stalled.js';

// 20 MB, in kB.
const GROWN = 20_000;

test('twenty of two hundred clients stop reading', async (t) => {
  const figures = await stalledReaders(t);
  allIsWell(figures, t);
  assert.equal(figures.disconnected, 0, 'the others stay connected');
  assert.ok(figures.grown <= GROWN, `the hub grew by ${figures.grown} kB`);
});

test('twenty clients stop reading in the midst of a large backlog', async (t) => {
  const figures = await stalledInABacklog(t);
  t.diagnostic(JSON.stringify(figures));
  assert.ok(figures.grown <= GROWN, `the hub grew by ${figures.grown} kB`);
});
