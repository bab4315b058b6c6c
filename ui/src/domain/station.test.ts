import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeHost, settle, snapshot } from '../testing/fake-host';
import { Station } from './station.svelte';

let host: FakeHost;
let station: Station;
let reopened: number;

beforeEach(() => {
  vi.useFakeTimers();
  host = new FakeHost();
  station = new Station(host);
  reopened = 0;
  station.listen({ reopened: () => (reopened += 1) });
  station.start();
});
afterEach(() => vi.useRealTimers());

test('a station that did not answer at first is asked again until it does', async () => {
  host.answer = () => Promise.reject(new TypeError('fetch failed'));
  host.open();
  await settle();
  expect(station).toMatchObject({ lost: true, snapshot: null });
  await vi.advanceTimersByTimeAsync(2000);
  host.answer = () => snapshot({ unread: 7 });
  expect(reopened).toBe(0);
  await vi.advanceTimersByTimeAsync(2000);
  expect(station).toMatchObject({ lost: false, snapshot: { unread: 7 } });
  expect(reopened).toBe(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(host.asked('snapshot'), 'and then no more').toHaveLength(3);
});

test('an answer that comes after the station was lost does not say that it is there', async () => {
  let answer: (value: unknown) => void = () => {};
  host.answer = () => new Promise((resolve) => (answer = resolve));
  host.open();
  await settle();
  host.lose();
  answer(snapshot());
  await settle();
  expect(station.lost).toBe(true);
  host.answer = () => snapshot();
  host.open();
  await settle();
  expect(station.lost).toBe(false);
});
