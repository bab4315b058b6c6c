import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { rows } from '../testing/fake-host';
import { Who } from './who.svelte';

const [ROW] = rows(1) as [ReturnType<typeof rows>[number]];

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('who has not answered for eight seconds is no longer asked', () => {
  const who = new Who();
  who.ask(ROW);
  vi.advanceTimersByTime(7999);
  expect(who.row).toEqual(ROW);
  vi.advanceTimersByTime(1);
  expect(who.row).toBeNull();
});

test('asked anew, there are eight seconds again', () => {
  const who = new Who();
  who.ask(ROW);
  vi.advanceTimersByTime(7000);
  who.ask({ ...ROW, id: 'n_2' });
  vi.advanceTimersByTime(7000);
  expect(who.row?.id).toBe('n_2');
});

test('whoever goes through the names is still asked', () => {
  const who = new Who();
  who.ask(ROW);
  vi.advanceTimersByTime(7000);
  who.keepAsking();
  vi.advanceTimersByTime(7999);
  expect(who.row).toEqual(ROW);
  vi.advanceTimersByTime(1);
  expect(who.row).toBeNull();
});
