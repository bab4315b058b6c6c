// P13: an update, a backup or a restore loses nothing, at whatever step it is interrupted.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chance, seed } from './chance.js';
import { interruptedBackups, interruptedRestores } from './copies.js';
import { interruptedHubUpdates, interruptedStationUpdates } from './upgrades.js';

// Every third step; which ones depends on the seed.
const steps = { first: chance().between(1, 3), stride: 3 };

function onlyThese(allowed, { deaths, verdicts }, t) {
  t.diagnostic(JSON.stringify({ deaths, verdicts }));
  assert.deepEqual(Object.keys(verdicts).filter((words) => !allowed.includes(words)), [], `CHAPFOOD_SEED=${seed}`);
  assert.ok(deaths >= 2, 'it was killed on its way');
}

test('a restore that is killed leaves what was there, or the copy', async (t) => {
  const figures = await interruptedRestores(t, steps);
  onlyThese(['older', 'newer'], figures, t);
  assert.ok(figures.verdicts.newer, 'it was killed before the copy counted');
});

test('a backup that is killed leaves a whole copy or none, and the hub goes on', async (t) => {
  const figures = await interruptedBackups(t, steps);
  onlyThese(['no copy', 'whole'], figures, t);
  assert.equal(figures.hub, 'whole');
});

test('a hub that is killed at its first start, or while it updates an older database, starts again', async (t) => {
  const versions = await interruptedHubUpdates(t, { ...steps, older: 1 });
  for (const figures of Object.values(versions)) onlyThese(['as it was'], figures, t);
});

test('a station that is killed at its first start, or while it updates an older history, starts again', async (t) => {
  const versions = await interruptedStationUpdates(t, { ...steps, older: 1 });
  for (const figures of Object.values(versions)) onlyThese(['as it was'], figures, t);
});
