import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Row } from '../host/host';
import { answersFrom, FakeHost, rows, settle } from '../testing/fake-host';
import { NotificationList } from './list.svelte';
import { Search } from './search.svelte';
import { Station } from './station.svelte';
import { TypeCounts } from './type-counts.svelte';

let host: FakeHost;
let station: Station;
let list: NotificationList;
let search: Search;
let held: Row[];

beforeEach(async () => {
  vi.useFakeTimers();
  held = rows(3);
  host = new FakeHost();
  host.answer = answersFrom(
    () => held,
    () => held[0]?.row ?? 0,
  );
  station = new Station(host);
  list = new NotificationList(station);
  search = new Search(list);
  station.start();
  host.open();
  await settle();
  host.received.length = 0;
});
afterEach(() => vi.useRealTimers());

const asked = () => host.asked('outline').map(({ filter }) => filter.search);

test('what is typed is asked for once somebody stops typing', async () => {
  for (const text of ['c', 'co', 'com']) search.type(text);
  expect(asked()).toEqual([]);
  vi.advanceTimersByTime(80);
  await settle();
  expect(asked()).toEqual(['com']);
});

test('blanks are no search', async () => {
  search.type('   ');
  vi.advanceTimersByTime(80);
  await settle();
  expect(asked()).toEqual([]);
  expect(list.narrowed).toBe(false);
});

test('clearing shows everything at once, and what was being typed is not asked for', async () => {
  search.type('com');
  vi.advanceTimersByTime(80);
  await settle();
  search.type('comm');
  search.clear();
  vi.advanceTimersByTime(1000);
  await settle();
  expect(asked()).toEqual(['com', undefined]);
  expect(search.text).toBe('');
});

test('what arrives while a reader has scrolled through results is counted by the station', async () => {
  search.type('com');
  vi.advanceTimersByTime(80);
  await settle();
  list.atTop = false;
  const fresh = rows(5).slice(0, 2);
  held = [...fresh, ...held];
  host.emit({ event: 'arrived', rows: fresh, count: 2 });
  await settle();
  expect(list.above).toBe(2);
  expect(list.row(0)?.id, 'and nothing moves').toBe('n_3');
});

test('types are counted once the choice stays the same', async () => {
  const counts = new TypeCounts(station);
  held = rows(3).map((row, at) => ({ ...row, type: at === 0 ? ('error' as const) : ('info' as const) }));
  counts.count(list.choice);
  counts.count({ ...list.choice, search: 'com' });
  vi.advanceTimersByTime(250);
  await settle();
  expect(counts.of).toEqual({ info: 2, success: 0, warning: 0, error: 1 });
  expect(host.asked('outline')).toHaveLength(4);
  counts.forget();
  expect(counts.of).toEqual({});
});
