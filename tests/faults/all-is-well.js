// What every run under faults must come to.

import assert from 'node:assert/strict';

// `least` is how much the crew must have sent for the run to say anything.
export function allIsWell(figures, t, least = 100) {
  t.diagnostic(JSON.stringify(figures));
  const { lost, unexpected, doubled, outOfOrder, faults, late } = figures;
  assert.deepEqual({ lost, unexpected, doubled, outOfOrder, faults, late }, {
    lost: 0, unexpected: 0, doubled: 0, outOfOrder: 0, faults: [], late: [],
  }, `CHAPFOOD_SEED=${figures.seed} repeats the pauses of this run`);
  assert.ok(figures.confirmed >= least, `the crew did work: ${figures.confirmed}`);
}
