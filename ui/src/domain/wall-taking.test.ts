import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ALICE, ME, NOON, order, pass, WallDesk } from '../testing/wall-desk';
import { fault } from '../testing/fake-host';

let desk: WallDesk;

beforeEach(async () => {
  vi.useFakeTimers({ now: NOON });
  desk = new WallDesk();
  await desk.open();
});

afterEach(() => vi.useRealTimers());

test('a take keeps its place until the hub agrees, then the next slide up', async () => {
  await desk.press(1);
  await pass(1000);
  expect(desk.host.asked('take')).toEqual([{ do: 'take', id: 'n_2', by: null }]);
  expect(desk.numbers(), 'it is on its way').toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(desk.wall.taking.holds.get('n_2')?.phase).toBe('sent');
  expect(desk.wall.more, 'it waits no longer').toBe(2);
  desk.hold('n_2', { ...ME, at: Date.now() });
  await pass(1000);
  expect(desk.numbers()).toEqual([1, 3, 4, 5, 6, 7, 8, 9]);
  expect(desk.wall.taking.outcome).toMatchObject({ what: 'taken', row: { id: 'n_2' } });
  expect(desk.wall.taken[0]).toMatchObject({ row: { id: 'n_2' }, reference: { number: '2' } });
});

test('pressing again and again takes one card', async () => {
  await Promise.all([desk.press(0), desk.press(0), desk.press(0)]);
  await desk.press(0);
  desk.hold('n_1', { ...ME, at: Date.now() });
  await pass(100);
  await desk.press(0);
  expect(desk.host.asked('take')).toHaveLength(1);
  await pass(600);
  await desk.press(0);
  expect(desk.host.asked('take').map(({ id }) => id)).toEqual(['n_1', 'n_2']);
});

test('a station that refuses the take leaves the card as it was', async () => {
  desk.host.answer = (command) => (command.do === 'take' ? Promise.reject(fault('outbox_full')) : desk.answer(command));
  await expect(desk.press(0)).rejects.toMatchObject({ code: 'outbox_full' });
  expect(desk.wall.taking.holds.size).toBe(0);
  expect(desk.numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(desk.undoable(), 'nothing was taken').toBeNull();
});

test('a take of which the station has not heard is not undone', async () => {
  let take: () => void = () => {};
  desk.host.answer = (command) => {
    if (command.do !== 'take') return desk.answer(command);
    return new Promise((done) => (take = () => done(desk.answer(command))));
  };
  const taking = desk.press(0);
  await pass(100);
  expect(desk.undoable()).toBeNull();
  take();
  await taking;
  expect(desk.undoable()).toBe('n_1');
});

test('of what somebody else took first the card says so for some seconds, then leaves', async () => {
  await desk.press(0);
  desk.hold('n_1', ALICE);
  await pass(1000);
  expect(desk.wall.taking.holds.get('n_1')).toMatchObject({ phase: 'lost', detail: { taken: { by: 'Alice' } } });
  expect(desk.wall.taking.outcome?.what).toBe('lost');
  desk.wall.tick(Date.now());
  expect(desk.numbers()[0], 'still there to be read').toBe(1);
  await pass(6000);
  desk.wall.tick(Date.now());
  expect(desk.numbers()[0]).toBe(2);
});

test('without a hub a take is queued, says so, and makes room', async () => {
  desk.now = { ...desk.now, link: { state: 'offline', nextAt: NOON, since: NOON } };
  desk.host.emit({ event: 'snapshot', snapshot: desk.now });
  await desk.press(0);
  await pass(1000);
  desk.wall.tick(Date.now());
  expect(desk.numbers()[0]).toBe(1);
  await pass(6000);
  desk.wall.tick(Date.now());
  expect(desk.numbers()[0]).toBe(2);
  expect(desk.wall.taken[0]?.row).toMatchObject({ id: 'n_1', taken: { queued: true } });
});

test('undoing gives the last one back to its place', async () => {
  await desk.press(1);
  desk.hold('n_2', { ...ME, at: Date.now() });
  await pass(1000);
  expect(desk.undoable()).toBe('n_2');
  await desk.undo();
  await pass(1000);
  expect(desk.host.asked('release')).toEqual([{ do: 'release', id: 'n_2' }]);
  expect(desk.numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(desk.undoable(), 'once').toBeNull();
});

test('a take that the hub has not confirmed is undone as well, and its card stays', async () => {
  await desk.press(1);
  await pass(1000);
  desk.host.answer = (command) => (command.do === 'release' ? null : desk.answer(command));
  await desk.undo();
  expect(desk.numbers(), 'before the station says what has changed').toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  desk.hold('n_2', null);
  await pass(1000);
  expect([desk.wall.taking.holds.size, desk.wall.total]).toEqual([0, 10]);
});

test('only what was taken on this wall is undone: not what the same computer took elsewhere, or others', async () => {
  desk.held = [...desk.held, order(11, 30, { ...ALICE, at: NOON }), order(12, 30, { ...ME, by: 'Bruno', at: NOON })];
  desk.host.emit({ event: 'changed', ids: [] });
  await pass(1000);
  expect(desk.undoable()).toBeNull();
  await desk.undo();
  expect(desk.released()).toEqual([]);
});

test('one step is undone, however often the key is pressed', async () => {
  await desk.press(0);
  desk.hold('n_1', { ...ME, at: Date.now() });
  await pass(1000);
  await desk.press(0);
  desk.hold('n_2', { ...ME, at: Date.now() });
  await pass(1000);
  await Promise.all([desk.undo(), desk.undo()]);
  for (let times = 0; times < 4; times += 1) {
    await pass(450);
    await desk.undo();
  }
  expect(desk.released()).toEqual(['n_2']);
});

test('a second press of undo does not reach the take that follows', async () => {
  await desk.press(0);
  await desk.undo();
  await pass(600);
  await desk.press(1);
  await desk.undo();
  expect(desk.released()).toEqual(['n_1']);
  await pass(400);
  await desk.undo();
  expect(desk.released()).toEqual(['n_1', 'n_2']);
});

test('the press that leaves a question does not undo when it chatters', async () => {
  await desk.press(0);
  desk.set({}, ['Alice', 'Bruno']);
  await desk.press(1);
  desk.wall.taking.cancel(Date.now());
  await pass(450);
  await desk.undo();
  expect(desk.released()).toEqual([]);
});

test('a take is undone for ten seconds', async () => {
  await desk.press(0);
  await pass(9999);
  expect(desk.undoable()).toBe('n_1');
  await pass(1);
  expect(desk.undoable()).toBeNull();
  await desk.undo();
  expect(desk.released()).toEqual([]);
});

test('what is somebody else’s by now is not given back', async () => {
  await desk.press(0);
  desk.hold('n_1', { ...ME, at: Date.now() });
  await pass(1000);
  // The wall has not been told yet.
  desk.held = desk.held.map((detail) => (detail.id === 'n_1' ? { ...detail, taken: ALICE } : detail));
  expect(desk.undoable()).toBe('n_1');
  await desk.undo();
  expect([desk.released(), desk.undoable()]).toEqual([[], null]);
});

test('what the wall hears somebody else has is offered no more', async () => {
  await desk.press(0);
  desk.hold('n_1', { ...ME, at: Date.now() });
  await pass(1000);
  desk.hold('n_1', ALICE);
  await pass(1000);
  expect(desk.undoable(), 'Alice’s now').toBeNull();
});

test('a wall that was left does not undo what was taken on it', async () => {
  await desk.press(0);
  desk.set({ open: false });
  desk.set({ open: true });
  await pass(1000);
  expect(desk.undoable()).toBeNull();
});

test('an undo that the station refuses changes nothing, and may be tried again', async () => {
  await desk.press(1);
  desk.hold('n_2', { ...ME, at: Date.now() });
  await pass(1000);
  desk.host.answer = (command) =>
    command.do === 'release' ? Promise.reject(fault('outbox_full')) : desk.answer(command);
  await expect(desk.undo()).rejects.toMatchObject({ code: 'outbox_full' });
  desk.wall.tick(Date.now());
  await desk.press(7);
  expect(desk.numbers(), 'the card is not there again').toEqual([1, 3, 4, 5, 6, 7, 8, 9]);
  expect(desk.wall.taking.outcome?.what).toBe('taken');
  expect(desk.undoable(), 'the last one now').toBe('n_9');
});

test('an undo that failed may be tried again', async () => {
  await desk.press(1);
  await pass(1000);
  desk.host.answer = (command) =>
    command.do === 'release' ? Promise.reject(fault('outbox_full')) : desk.answer(command);
  await expect(desk.undo()).rejects.toMatchObject({ code: 'outbox_full' });
  desk.host.answer = desk.answer;
  await pass(1000);
  await desk.undo();
  await pass(1000);
  expect(desk.undoable()).toBeNull();
  expect(desk.wall.total).toBe(10);
});

test('several people: the card asks who, and takes in that name', async () => {
  desk.set({}, ['Alice', 'Bruno']);
  await desk.press(3);
  expect(desk.wall.taking.prompt).toMatchObject({ id: 'n_4' });
  expect(desk.host.asked('take')).toEqual([]);
  await desk.wall.choose('Bruno', Date.now());
  expect(desk.host.asked('take')).toEqual([{ do: 'take', id: 'n_4', by: 'Bruno' }]);
  expect(desk.wall.taking.prompt).toBeNull();
});

test('a question that nobody answers closes after eight seconds, and nothing is taken', async () => {
  desk.set({}, ['Alice', 'Bruno']);
  await desk.press(3);
  await pass(7999);
  desk.wall.tick(Date.now());
  expect(desk.wall.taking.prompt).not.toBeNull();
  await pass(1);
  desk.wall.tick(Date.now());
  expect(desk.wall.taking.prompt).toBeNull();
  expect(desk.host.asked('take')).toEqual([]);
});

test('a card that is taken elsewhere while it asks says who was faster', async () => {
  desk.set({}, ['Alice', 'Bruno']);
  await desk.press(3);
  desk.hold('n_4', { ...ALICE, at: Date.now() });
  await pass(1000);
  expect(desk.wall.taking.prompt).toBeNull();
  expect(desk.wall.taking.holds.get('n_4')).toMatchObject({ phase: 'lost', detail: { taken: { by: 'Alice' } } });
  expect(desk.numbers(), 'on its place').toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
