// A station whose hub is off tries for ever, at a pace that harms nobody, costs nothing more, and comes back.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allIsWell } from './all-is-well.js';
import { outage } from './outage.js';

const BACK = 10_000;
const WORD = 500;

test('a quarter of an hour without the hub, on a clock that runs sixty times as fast', async (t) => {
  const figures = await outage(t, { minutes: 15 });
  allIsWell(figures, t, 10);
  const { attempts, minutes, busiestMinute, early, inTheEnd, backAfter } = figures;
  assert.ok(busiestMinute <= 12, `at most 12 attempts a minute: ${busiestMinute}`);
  assert.ok(attempts > minutes * 4, `and it never tired: ${attempts}`);
  // An attempt under way at the moment of looking has a few of its own.
  assert.ok(inTheEnd.threads <= early.threads + 1 && inTheEnd.descriptors <= early.descriptors + 4, 'no thread and no descriptor more');
  assert.ok(inTheEnd.memory <= early.memory + 2_048, 'nor 2 MB');
  assert.ok(backAfter <= BACK + WORD, `back after ${backAfter} ms`);
});
