// A link that dies without a word is noticed by the missing ping, and mended as soon as it can be.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { allIsWell } from './all-is-well.js';
import { cableIsPulled, hubStopsDead, stationSleeps } from './silence.js';

// The promise: a ping every 10 s, and 5 s for it to come; 10 s for coming back. And a moment for the station's own
// word to reach this test.
const NOTICED = 15_000;
const BACK = 10_000;
const WORD = 500;

// Side by side: each of them mostly waits.
describe('a dead link', { concurrency: true }, () => {
  for (const [what, lay] of [['a hub that stops dead', hubStopsDead], ['a cable that is pulled', cableIsPulled]]) {
    test(`${what} is noticed within 15 s, and the station is back within 10 s`, async (t) => {
      const figures = await lay(t);
      allIsWell(figures, t, 20);
      assert.ok(figures.noticedAfter <= NOTICED + WORD, `noticed after ${figures.noticedAfter} ms`);
      assert.ok(figures.backAfter <= BACK + WORD, `back after ${figures.backAfter} ms`);
    });
  }

  test('a station that slept gets what came meanwhile, marked as caught up', async (t) => {
    const figures = await stationSleeps(t);
    allIsWell(figures, t);
    const { meanwhile, caughtUp, caughtUpBefore } = figures;
    assert.ok(meanwhile > 50, `orders came while it slept: ${meanwhile}`);
    assert.deepEqual({ caughtUp, caughtUpBefore }, { caughtUp: meanwhile, caughtUpBefore: 0 });
  });
});
