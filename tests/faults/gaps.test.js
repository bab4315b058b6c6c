// P5: no silent gap. What a hub cannot give any more is told to whoever it concerns.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { gaps } from './gaps.js';

test('whoever may lack something is told, and nobody else', async (t) => {
  const { induced, reported, silent, falseAlarms, lost, seed } = await gaps(t, { rounds: 1 });
  t.diagnostic(`gaps induced ${induced}, reported ${reported}`);
  assert.deepEqual({ reported, silent, falseAlarms, lost }, {
    reported: induced, silent: [], falseAlarms: [], lost: [],
  }, `CHAPFOOD_SEED=${seed}`);
  assert.equal(induced, 4 * 2 + 4 * 2 + 2 * 2 + 1, 'each device and station by each event, by channel');
});
