import { beforeEach, describe, expect, test } from 'vitest';
import type { Row } from '../host/host';
import { answersFrom, fault, FakeHost, rows, settle } from '../testing/fake-host';
import { NotificationList } from './list.svelte';
import { Station } from './station.svelte';

let host: FakeHost;
let list: NotificationList;
let held: Row[];

async function start(count: number, change: Partial<Row> = {}): Promise<void> {
  held = rows(count, change);
  host = new FakeHost();
  host.answer = answersFrom(
    () => held,
    () => held[0]?.row ?? 0,
  );
  const station = new Station(host);
  list = new NotificationList(station);
  station.start();
  host.open();
  await settle();
}

function arrive(count: number, change: Partial<Row> = {}): void {
  const newest = held[0]?.row ?? 0;
  const fresh = rows(newest + count, change).slice(0, count);
  held = [...fresh, ...held];
  host.emit({ event: 'arrived', rows: fresh, count });
}

beforeEach(() => start(3));

test('shows the newest rows once the station is open', () => {
  expect(list.total).toBe(3);
  expect(list.row(0)?.id).toBe('n_3');
});

test('a row that arrives while the reader is at the top goes on top', async () => {
  arrive(1);
  await settle();
  expect(list.row(0)?.id).toBe('n_4');
  expect(list.above).toBe(0);
});

test('a row that arrives while the reader has scrolled moves nothing and is counted', async () => {
  list.atTop = false;
  arrive(2);
  await settle();
  expect(list.row(0)?.id, 'the list stays as it was').toBe('n_3');
  expect(list.above).toBe(2);
  await list.refresh();
  expect(list.row(0)?.id).toBe('n_5');
  expect(list.above).toBe(0);
});

test('only arrivals that the filter shows are counted', async () => {
  await list.narrow({ channel: 'commandes' });
  list.atTop = false;
  arrive(1, { channel: 'cuisine' });
  arrive(1, { channel: 'commandes' });
  expect(list.above).toBe(1);
});

test('narrowed to what was caught up, only that is shown and counted', async () => {
  held = held.map((row, at) => ({ ...row, caughtUp: at < 2 }));
  await list.narrow({ caughtUp: true });
  expect(list.total).toBe(2);
  list.atTop = false;
  arrive(1);
  expect(list.above).toBe(0);
  arrive(1, { caughtUp: true });
  expect(list.above).toBe(1);
});

test('loads only the pages in view, however long the list', async () => {
  await start(100_000);
  const before = host.asked('page').length;
  list.want(50_000, 50_012);
  await settle();
  expect(list.row(50_000)?.id).toBe('n_50000');
  expect(host.asked('page').length - before, 'one page covers the view').toBe(1);
});

test('a fast scroll loads where it ends, not what it passed', async () => {
  await start(100_000);
  const before = host.asked('page').length;
  for (let first = 1000; first <= 90_000; first += 1000) list.want(first, first + 10);
  await settle();
  expect(list.row(90_000)?.id).toBe('n_10000');
  expect(host.asked('page').length - before).toBeLessThanOrEqual(2);
});

test('pages far from the view are let go', async () => {
  await start(10_000);
  for (let first = 0; first < 10_000; first += 50) {
    list.want(first, first + 10);
    await settle();
  }
  expect(list.row(9_950)).toBeDefined();
  expect(list.row(0), 'the first page is long out of view').toBeUndefined();
});

test('an unread list keeps what was read in it, and still pages without a gap', async () => {
  await start(120);
  await list.narrow({ unread: true });
  held = held.map((row, at) => (at < 2 ? { ...row, read: true } : row));
  host.emit({ event: 'readChanged', ids: ['n_120', 'n_119'], read: true });
  expect(list.row(0)).toMatchObject({ id: 'n_120', read: true });
  list.want(50, 60);
  await settle();
  expect(list.row(50)?.id, 'the station no longer counts the two that were read').toBe('n_70');
});

test('a read state changed elsewhere shows in place', () => {
  host.emit({ event: 'readChanged', ids: ['n_2'], read: true });
  expect(list.row(1)?.read).toBe(true);
  expect(list.row(0)?.read).toBe(false);
});

test('of a row that changed only that row is asked for', async () => {
  const loads = host.asked('outline').length + host.asked('page').length;
  const taken = { by: 'Alice', device: null, at: 0, mine: false, queued: false };
  held = held.map((row) => (row.id === 'n_2' ? { ...row, taken } : row));
  host.emit({ event: 'changed', ids: ['n_2', 'elsewhere'] });
  await settle();
  expect(list.row(1)?.taken).toEqual(taken);
  expect(host.asked('open'), 'what is not held is not asked for').toEqual([{ do: 'open', id: 'n_2' }]);
  expect(host.asked('outline').length + host.asked('page').length).toBe(loads);
});

test('a row that changes again while it is asked for is asked for once more', async () => {
  const answers: ((row: unknown) => void)[] = [];
  const answer = host.answer;
  host.answer = (command) =>
    command.do === 'open' ? new Promise((resolve) => answers.push(resolve)) : answer(command);
  host.emit({ event: 'changed', ids: ['n_2'] });
  host.emit({ event: 'changed', ids: ['n_2'] });
  await settle();
  expect(answers, 'not before the first answer is there').toHaveLength(1);
  answers.shift()?.({ ...held[1], title: 'older' });
  await settle();
  answers.shift()?.({ ...held[1], title: 'newer' });
  await settle();
  expect(list.row(1)?.title).toBe('newer');
});

test('a row that gave way to another makes the list load anew', async () => {
  const answer = host.answer;
  host.answer = (command) => (command.do === 'open' ? Promise.reject(fault('unknown_notification')) : answer(command));
  held = held.filter((row) => row.id !== 'n_2');
  host.emit({ event: 'changed', ids: ['n_2'] });
  await settle();
  expect(list.total).toBe(2);
  expect(list.row(1)?.id).toBe('n_1');
});

test('many changes at once are asked for again', async () => {
  held = held.map((row) => ({ ...row, title: 'changed' }));
  host.emit({ event: 'changed', ids: [] });
  await settle();
  expect(list.row(2)?.title).toBe('changed');
});

test('old rows that go do not move the list under a reader who has scrolled', async () => {
  await start(120);
  list.atTop = false;
  list.want(60, 70);
  await settle();
  arrive(2);
  held = held.slice(0, -40);
  host.emit({ event: 'removed', count: 40 });
  await settle();
  expect(list.total, 'the two new ones wait above').toBe(80);
  expect(list.above).toBe(2);
  expect(list.row(60)?.id, 'what was there is there').toBe('n_60');
});

test('many read states changed at once are asked for again', async () => {
  held = held.map((row) => ({ ...row, read: true }));
  host.emit({ event: 'readChanged', ids: [], read: true });
  await settle();
  expect(list.row(0)?.read).toBe(true);
});

describe('what is to do', () => {
  const by = (mine: boolean) => ({ by: 'Alice', device: null, at: 0, mine, queued: false });
  const take = (id: string, taken: Row['taken']) => {
    held = held.map((row) => (row.id === id ? { ...row, taken } : row));
    host.emit({ event: 'changed', ids: [id] });
    return settle();
  };

  beforeEach(async () => {
    await start(3, { at: Date.now() });
    await list.narrow({ todo: true });
  });

  test('a row that somebody takes stays where it was, with who has it', async () => {
    await take('n_2', by(false));
    expect(list.total).toBe(3);
    expect(list.row(1)?.taken?.by).toBe('Alice');
  });

  test('once everything is taken, that is shown', async () => {
    await take('n_1', by(false));
    await take('n_2', by(true));
    expect(list.total).toBe(3);
    await take('n_3', by(true));
    expect(list.total).toBe(0);
  });

  test('what somebody gives back is there again', async () => {
    held = held.map((row) => (row.id === 'n_2' ? { ...row, taken: by(false) } : row));
    await list.refresh();
    expect(list.total).toBe(2);
    await take('n_2', null);
    expect(list.row(1)?.id).toBe('n_2');
  });

  test('under a reader who has scrolled it is counted above', async () => {
    held = held.map((row) => (row.id === 'n_2' ? { ...row, taken: by(false) } : row));
    await list.refresh();
    list.atTop = false;
    await take('n_2', null);
    expect(list.total).toBe(2);
    expect(list.above).toBe(1);
  });

  test('what waited all along is not new when something else about it changes', async () => {
    await start(200, { at: Date.now() });
    await list.narrow({ todo: true });
    list.atTop = false;
    held = held.map((row) => (row.id === 'n_1' ? { ...row, remindAt: 1 } : row));
    host.emit({ event: 'changed', ids: ['n_1'] });
    await settle();
    expect(list.above).toBe(0);
  });

  test('what arrived, was taken and is given back is counted once', async () => {
    list.atTop = false;
    arrive(1, { at: Date.now() });
    await take('n_4', by(false));
    await take('n_4', null);
    expect(list.above).toBe(1);
  });

  test('rows that were taken in view hide no row that is given back', async () => {
    held = held.map((row) => (row.id === 'n_1' ? { ...row, taken: by(false) } : row));
    await list.refresh();
    list.atTop = false;
    await take('n_3', by(true));
    await take('n_1', null);
    expect(list.above).toBe(1);
  });

  test('what arrives for nobody in particular is not counted', async () => {
    list.atTop = false;
    arrive(1, { channel: null, at: Date.now() });
    arrive(1, { at: Date.now() });
    expect(list.above).toBe(1);
  });

  test('taken rows do not make the next page skip any', async () => {
    await start(120, { at: Date.now() });
    await list.narrow({ todo: true });
    await take('n_120', by(false));
    list.want(50, 60);
    await settle();
    expect(list.row(50)?.id, 'the station no longer counts the one taken').toBe('n_70');
  });
});

test('a burst of arrivals makes few loads', async () => {
  const before = host.asked('outline').length;
  for (let burst = 0; burst < 100; burst += 1) arrive(1);
  await settle();
  expect(list.row(0)?.id).toBe('n_103');
  expect(host.asked('outline').length - before).toBeLessThanOrEqual(2);
});

test('of a burst that is not listed whole, only what fits the filter is counted above', async () => {
  await list.narrow({ channel: 'cuisine' });
  list.atTop = false;
  const fresh = [...rows(150, { channel: 'commandes' }), ...rows(2, { channel: 'cuisine' })].map((row, at) => ({
    ...row,
    row: 200 - at,
    id: `n_${200 - at}`,
  }));
  held = [...fresh, ...held];
  host.emit({ event: 'arrived', rows: fresh.slice(0, 100), count: fresh.length });
  await settle();
  expect(list.above).toBe(2);
});

test('what arrives while a burst is being counted is counted too', async () => {
  await list.narrow({ channel: 'commandes' });
  list.atTop = false;
  const { answer } = host;
  const counts: (() => void)[] = [];
  host.answer = (command) =>
    command.do === 'outline'
      ? new Promise((resolve) => {
          const counted = answer(command);
          counts.push(() => resolve(counted));
        })
      : answer(command);
  const burst = rows(120).map((row) => ({ ...row, row: row.row + 3, id: `n_${row.row + 3}` }));
  held = [...burst, ...held];
  host.emit({ event: 'arrived', rows: burst.slice(0, 100), count: 120 });
  await settle();
  arrive(1);
  await settle();
  for (const answered of counts) answered();
  await settle();
  expect(list.above).toBe(121);
});

test('the answer to a filter left meanwhile is not shown', async () => {
  const slow = list.narrow({ channel: 'cuisine' });
  const fast = list.narrow({ channel: 'commandes' });
  await Promise.all([slow, fast]);
  expect(list.total).toBe(3);
});

test('a list that cannot be loaded does not pass for the one before', async () => {
  const answer = host.answer;
  host.answer = () => Promise.reject(fault('storage'));
  await list.narrow({ channel: 'cuisine' });
  expect(list).toMatchObject({ failed: true, loaded: false, total: 3 });
  host.answer = answer;
  await list.reload();
  expect(list).toMatchObject({ failed: false, loaded: true, total: 0 });
});

test('a page that could not be read is asked for again', async () => {
  await start(200);
  const answer = host.answer;
  host.answer = () => Promise.reject(fault('storage'));
  list.want(100, 110);
  await settle();
  expect(list).toMatchObject({ failed: true, loaded: true });
  host.answer = answer;
  await list.reload();
  expect(list.row(100)?.id).toBe('n_100');
  expect(list.failed).toBe(false);
});

test('a station that cannot read its history says so, and can be asked again', async () => {
  const answer = host.answer;
  host.answer = () => Promise.reject(new Error('disk'));
  await list.refresh();
  expect(list.failed).toBe(true);
  host.answer = answer;
  await list.refresh();
  expect(list.failed).toBe(false);
});
