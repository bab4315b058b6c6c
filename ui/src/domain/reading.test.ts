import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fault, FakeHost, rows, settle } from '../testing/fake-host';
import { Reading } from './reading.svelte';
import { Station } from './station.svelte';

let host: FakeHost;
let reading: Reading;

beforeEach(() => {
  vi.useFakeTimers();
  host = new FakeHost();
  const station = new Station(host);
  reading = new Reading(station);
  station.start();
  host.answer = (command) => {
    if (command.do !== 'open') return null;
    const row = rows(3).find(({ id }) => id === command.id);
    return row ? { ...row, data: null, receivedAt: row.at } : Promise.reject(fault('unknown_notification'));
  };
});
afterEach(() => vi.useRealTimers());

test('a detail open for one second is marked read', async () => {
  await reading.open('n_1');
  vi.advanceTimersByTime(999);
  expect(host.asked('markRead')).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(host.asked('markRead')).toEqual([{ do: 'markRead', ids: ['n_1'], read: true }]);
});

test('a glance marks nothing', async () => {
  await reading.open('n_1');
  vi.advanceTimersByTime(600);
  await reading.open('n_2');
  vi.advanceTimersByTime(600);
  reading.close();
  vi.advanceTimersByTime(5000);
  expect(host.asked('markRead')).toEqual([]);
});

test('nothing looks read before the station says so', async () => {
  await reading.open('n_1');
  vi.advanceTimersByTime(1000);
  await settle();
  expect(reading.detail?.read).toBe(false);
  host.emit({ event: 'readChanged', ids: ['n_1'], read: true });
  expect(reading.detail?.read).toBe(true);
});

test('who takes charge of it elsewhere shows in the open detail', async () => {
  await reading.open('n_1');
  const taken = { by: 'Alice', device: null, at: 0, mine: false, queued: false };
  const answer = host.answer;
  host.answer = (command) =>
    command.do === 'open' ? { ...rows(1)[0], taken, data: null, receivedAt: 0 } : answer(command);
  host.emit({ event: 'changed', ids: ['n_2'] });
  await settle();
  expect(reading.detail?.taken, 'another one').toBeNull();
  host.emit({ event: 'changed', ids: ['n_1'] });
  await settle();
  expect(reading.detail?.taken).toEqual(taken);
});

test('an open detail that gave way to a newer one stays, and that is said', async () => {
  await reading.open('n_1');
  const answer = host.answer;
  host.answer = () => Promise.reject(new TypeError('fetch failed'));
  host.emit({ event: 'changed', ids: ['n_1'] });
  await settle();
  expect(reading.gone, 'a station that does not answer says nothing of it').toBe(false);
  host.answer = () => Promise.reject(fault('unknown_notification'));
  host.emit({ event: 'changed', ids: ['n_1'] });
  await settle();
  expect(reading).toMatchObject({ gone: true, detail: { id: 'n_1' } });
  host.answer = answer;
  await reading.open('n_2');
  expect(reading.gone).toBe(false);
});

test('an open detail that was deleted says so, and no longer once it is restored', async () => {
  await reading.open('n_1');
  const answer = host.answer;
  host.answer = () => Promise.reject(fault('unknown_notification'));
  host.emit({ event: 'removed', count: 1 });
  await settle();
  expect(reading.gone).toBe(true);
  host.answer = answer;
  host.emit({ event: 'removed', count: 0 });
  await settle();
  expect(reading.gone).toBe(false);
});

test('what was taken while the station could not be heard shows once it can', async () => {
  await reading.open('n_1');
  const taken = { by: 'Alice', device: null, at: 0, mine: false, queued: false };
  const { answer } = host;
  host.answer = (command) =>
    command.do === 'open' ? { ...rows(1)[0], taken, data: null, receivedAt: 0 } : answer(command);
  host.open();
  await settle();
  expect(reading.detail?.taken).toEqual(taken);
});

test('a detail that a silent station did not give is asked for again once it answers', async () => {
  const { answer } = host;
  host.answer = () => Promise.reject(new TypeError('fetch failed'));
  await reading.open('n_1');
  expect(reading.fault).toBe('station');
  host.answer = answer;
  host.open();
  await settle();
  expect(reading).toMatchObject({ fault: null, detail: { id: 'n_1' } });
});

test('JSON is asked for one notification only', async () => {
  await reading.open('n_1');
  reading.asJson = true;
  await reading.open('n_2');
  expect(reading.asJson).toBeNull();
});

test('marking unread by hand wins over the second that was running', async () => {
  await reading.open('n_1');
  host.emit({ event: 'readChanged', ids: ['n_1'], read: true });
  await reading.toggleRead();
  vi.advanceTimersByTime(5000);
  expect(host.asked('markRead')).toEqual([{ do: 'markRead', ids: ['n_1'], read: false }]);
});

test('a slow answer for a detail left meanwhile is not shown', async () => {
  let answerFirst: (value: unknown) => void = () => {};
  const answer = host.answer;
  host.answer = (command) =>
    command.do === 'open' && command.id === 'n_1' ? new Promise((resolve) => (answerFirst = resolve)) : answer(command);
  const first = reading.open('n_1');
  await reading.open('n_2');
  answerFirst({ ...rows(1)[0], data: null, receivedAt: 0 });
  await first;
  expect(reading.detail?.id).toBe('n_2');
});

test('a notification no longer kept is said, not shown empty', async () => {
  await reading.open('gone');
  expect(reading.fault).toBe('unknown_notification');
  expect(reading.detail).toBeNull();
});
