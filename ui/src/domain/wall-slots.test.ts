import { expect, test } from 'vitest';
import type { Detail } from '../host/host';
import { rows } from '../testing/fake-host';
import { arrange, isSettled, settle } from './wall-slots';

const [ROW] = rows(1) as [ReturnType<typeof rows>[number]];
const card = (at: number): Detail => ({ ...ROW, id: `n_${at}`, row: at, at, data: null, receivedAt: at });
const cards = (...at: number[]) => at.map(card);
const order = (shown: string[], waiting: Detail[], held: Detail[] = [], putBack: string[] = []) =>
  arrange(shown, waiting, held, new Set(putBack)).map(({ at }) => at);

test('the oldest comes first', () => {
  expect(order([], cards(3, 1, 2))).toEqual([1, 2, 3]);
});

test('a taken card leaves, and the next ones slide up', () => {
  expect(order(['n_1', 'n_2', 'n_3'], cards(1, 3, 4))).toEqual([1, 3, 4]);
});

test('what an outage held back goes behind the wall, oldest first, and moves nothing on it', () => {
  expect(order(['n_5', 'n_6'], cards(5, 6, 2, 7, 1))).toEqual([5, 6, 1, 2, 7]);
});

test('a card that is being taken keeps its place although it waits no longer', () => {
  expect(order(['n_1', 'n_2', 'n_3'], cards(1, 3), cards(2))).toEqual([1, 2, 3]);
});

test('what somebody put back goes to where it was', () => {
  expect(order(['n_1', 'n_3', 'n_4'], cards(1, 2, 3, 4, 5), [], ['n_2'])).toEqual([1, 2, 3, 4, 5]);
  expect(order(['n_1'], cards(1, 2), [], ['n_2'])).toEqual([1, 2]);
});

test('whatever happens, a card on the wall only moves up, and none is lost or doubled', () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  let shown: string[] = [];
  let waiting: Detail[] = [];
  for (let step = 0; step < 2000; step += 1) {
    if (random(3) > 0) waiting = [...waiting, card(random(1_000_000))];
    else waiting = waiting.filter((_, at) => at !== random(waiting.length + 1));
    waiting = [...new Map(waiting.map((detail) => [detail.id, detail])).values()].slice(-30);
    const now = arrange(shown, waiting, [], new Set()).map(({ id }) => id);
    for (const [at, id] of shown.entries()) expect(now.indexOf(id)).toBeLessThanOrEqual(at);
    expect(now.filter((id) => shown.includes(id))).toEqual(shown.filter((id) => now.includes(id)));
    expect(now.toSorted()).toEqual(waiting.map(({ id }) => id).toSorted());
    shown = now.slice(0, 8);
  }
});

test('a press right after another card slid in was meant for the one before', () => {
  const before = settle([], ['n_1', 'n_2'], 1000);
  expect(
    before.every((slot) => isSettled(slot, 1000)),
    'nothing was there before',
  ).toBe(true);
  const [first, second] = settle(before, ['n_2', 'n_3'], 5000);
  if (!first || !second) throw new Error('two places');
  expect([isSettled(first, 5499), isSettled(first, 5500)]).toEqual([false, true]);
  const [again] = settle([first, second], ['n_2', 'n_3'], 6000);
  expect(again, 'it stays since when it came').toEqual(first);
});
