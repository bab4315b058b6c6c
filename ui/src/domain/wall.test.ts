import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ALICE, ME, NOON, order, pass, WallDesk } from '../testing/wall-desk';
import { fault } from '../testing/fake-host';
import { CHANNEL } from '../testing/sample';

let desk: WallDesk;

beforeEach(async () => {
  vi.useFakeTimers({ now: NOON });
  desk = new WallDesk();
  await desk.open();
});

afterEach(() => vi.useRealTimers());

test('the eight oldest are on the wall, and the others are counted', () => {
  expect(desk.numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect([desk.wall.total, desk.wall.more, desk.wall.loaded]).toEqual([10, 2, true]);
});

test('who is late follows from each channel’s limits', () => {
  expect(desk.wall.late(desk.now, NOON)).toEqual({ known: 10, more: false });
  const slow = { ...desk.now.settings, preferences: { commandes: { ...CHANNEL, watchAfter: 14, lateAfter: 15 } } };
  expect(desk.wall.late({ ...desk.now, settings: slow }, NOON)).toEqual({ known: 6, more: false });
});

test('of very many the late ones are not all known, unless the last one listed is not late', async () => {
  desk.held = Array.from({ length: 100 }, (_, at) => order(at + 1, 100 - at));
  desk.host.emit({ event: 'changed', ids: [] });
  await pass(1000);
  expect([desk.wall.cards.length, desk.wall.total, desk.wall.more]).toEqual([40, 100, 92]);
  expect(desk.wall.late(desk.now, NOON)).toEqual({ known: 40, more: true });
  expect(desk.wall.late(desk.now, NOON - 80 * 60_000)).toEqual({ known: 11, more: false });
});

test('cards on the wall stay there although very many older ones come, until they are taken', async () => {
  desk.arrive(...Array.from({ length: 60 }, (_, at) => order(100 + at, 200 - at)));
  await pass(1000);
  expect([desk.numbers(), desk.wall.total]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8], 70]);
  desk.hold('n_3', ALICE);
  await pass(1000);
  expect(desk.numbers()).toEqual([1, 2, 4, 5, 6, 7, 8, 100]);
});

test('however much arrives, the station is asked a few times only', async () => {
  const before = desk.asked();
  for (let step = 0; step < 100; step += 1) {
    desk.arrive(order(100 + step, 0));
    await pass(10);
  }
  await pass(1000);
  expect(desk.wall.total).toBe(110);
  expect(desk.asked() - before).toBeLessThan(8);
});

test('a closed wall asks nothing, and an opened one shows what is there now', async () => {
  desk.set({ open: false });
  await pass(1000);
  const before = desk.asked();
  desk.arrive(order(11, 0));
  await pass(120_000);
  desk.wall.tick(Date.now());
  await pass(1000);
  expect(desk.asked()).toBe(before);
  expect(desk.wall.shown).toEqual([]);
  desk.set({ open: true });
  await pass(1000);
  expect(desk.wall.total).toBe(11);
});

test('another channel’s answer that comes too late is dropped', async () => {
  let late: (value: unknown) => void = () => {};
  desk.host.answer = (command) =>
    command.do === 'waiting' && command.channel === null ? new Promise((done) => (late = done)) : desk.answer(command);
  desk.host.emit({ event: 'changed', ids: [] });
  await pass(1000);
  desk.set({ channel: 'bar' });
  late({ cards: desk.held, total: 10, taken: [] });
  await pass(100);
  expect([desk.wall.shown.length, desk.wall.loaded]).toEqual([0, false]);
  await pass(1000);
  expect([desk.wall.shown.length, desk.wall.total, desk.wall.loaded]).toEqual([0, 0, true]);
  expect(desk.host.asked('waiting').at(-1)?.channel).toBe('bar');
});

/** Keeps back the answer to the next question what waits, until it is called. */
async function slowly(): Promise<() => Promise<void>> {
  let deliver: () => void = () => {};
  desk.host.answer = (command) => {
    if (command.do !== 'waiting') return desk.answer(command);
    desk.host.answer = desk.answer;
    const old = desk.answer(command);
    return new Promise((done) => (deliver = () => done(old)));
  };
  desk.host.emit({ event: 'changed', ids: [] });
  await pass(1000);
  return async () => {
    deliver();
    await pass(10);
  };
}

test('an answer from before the hub agreed does not bring a taken card back', async () => {
  const deliver = await slowly();
  await desk.press(1);
  desk.hold('n_2', { ...ME, at: Date.now() });
  await pass(10);
  await deliver();
  expect(desk.numbers(desk.wall.cards)).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10]);
  await pass(1000);
  expect([desk.numbers(desk.wall.cards), desk.wall.total]).toEqual([[1, 3, 4, 5, 6, 7, 8, 9, 10], 9]);
});

test('an answer from before a take was undone does not move its card', async () => {
  await desk.press(1);
  desk.hold('n_2', { ...ME, at: Date.now() });
  await pass(1000);
  const deliver = await slowly();
  await desk.undo();
  await deliver();
  expect(desk.numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  await pass(1000);
  expect([desk.numbers(), desk.wall.total]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8], 10]);
});

test('a station that refuses is said and asked again, and the cards stay', async () => {
  desk.host.answer = () => Promise.reject(fault('storage'));
  desk.host.emit({ event: 'changed', ids: [] });
  await pass(1000);
  expect([desk.wall.failed, desk.wall.shown.length]).toEqual([true, 8]);
  desk.host.answer = desk.answer;
  await pass(5000);
  expect(desk.wall.failed).toBe(false);
});

test('once a minute it asks of its own accord: what waits for a day is the history’s', async () => {
  const before = desk.asked();
  await pass(59_000);
  desk.wall.tick(Date.now());
  await pass(1000);
  expect(desk.asked() - before).toBe(1);
});

test('of two options chosen one right after the other, neither undoes the other', async () => {
  desk.host.answer = async (command) => {
    if (command.do !== 'changeSettings') return desk.answer(command);
    // The snapshot that tells of it comes later.
    desk.now = { ...desk.now, settings: { ...desk.now.settings, wall: command.change.wall ?? desk.now.settings.wall } };
    return desk.now.settings;
  };
  await Promise.all([desk.wall.change({ light: true }), desk.wall.change({ channel: 'bar' })]);
  await desk.wall.change({ open: false });
  expect(desk.now.settings.wall).toEqual({ open: false, channel: 'bar', light: true });
});

test('what others take without our asking just leaves', async () => {
  desk.hold('n_3', ALICE);
  await pass(1000);
  expect(desk.numbers()).toEqual([1, 2, 4, 5, 6, 7, 8, 9]);
  expect(desk.wall.taking.outcome).toBeNull();
});

test('what an outage desk.held back moves nothing on the wall', async () => {
  desk.arrive(order(99, 120));
  await pass(1000);
  expect(desk.numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(desk.wall.cards[8]?.row).toBe(99);
});

test('what was taken before the wall was opened is called by its reference', async () => {
  desk.held = [...desk.held, order(41, 30, ALICE)];
  desk.host.emit({ event: 'changed', ids: [] });
  await pass(1000);
  expect(desk.wall.taken[0]?.reference).toEqual({ prefix: 'ORD-', number: '41' });
});
