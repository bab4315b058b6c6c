import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Command, Detail, Row, Snapshot, Taken, Wall as WallSettings } from '../host/host';
import { fault, FakeHost, rows } from '../testing/fake-host';
import { CHANNEL, settings, snapshot } from '../testing/sample';
import { Choices } from './choices';
import { Station } from './station.svelte';
import { Wall } from './wall.svelte';

const NOON = 1_763_640_000_000;
const MINUTE = 60_000;
const [ROW] = rows(1) as [Row];
const ME: Taken = { by: 'Comptoir', device: null, at: NOON, mine: true, queued: false };
const ALICE: Taken = { ...ME, by: 'Alice', mine: false };

let host: FakeHost;
let station: Station;
let wall: Wall;
let held: Detail[];
let now: Snapshot;

/** An order that came so many minutes before noon; its number tells it from the others. */
function order(number: number, minutes: number, taken: Taken | null = null): Detail {
  const at = NOON - minutes * MINUTE;
  const data = { ref: `ORD-${number}` };
  return { ...ROW, row: number, id: `n_${number}`, at, taken, data, receivedAt: at };
}

const numbers = (cards = wall.shown) => cards.map(({ row }) => row);
const asked = () => host.asked('waiting').length;

/** The station as far as a wall can tell. */
function answer(command: Command): unknown {
  switch (command.do) {
    case 'snapshot':
      return now;
    case 'waiting': {
      const all = held.filter(({ channel }) => command.channel === null || channel === command.channel);
      const cards = all.filter(({ taken }) => !taken).toSorted((a, b) => a.at - b.at);
      const taken = all.filter((row) => row.taken).toSorted((a, b) => (b.taken?.at ?? 0) - (a.taken?.at ?? 0));
      return { cards: cards.slice(0, command.limit), total: cards.length, taken };
    }
    case 'open':
      return held.find(({ id }) => id === command.id) ?? Promise.reject(fault('unknown_notification'));
    case 'take':
      hold(command.id, { ...ME, by: command.by ?? ME.by, at: Date.now(), queued: true });
      return null;
    case 'release':
      hold(command.id, null);
      return null;
    default:
      return null;
  }
}

function hold(id: string, taken: Taken | null): void {
  held = held.map((detail) => (detail.id === id ? { ...detail, taken } : detail));
  host.emit({ event: 'changed', ids: [id] });
}

function arrive(...orders: Detail[]): void {
  held = [...held, ...orders];
  host.emit({ event: 'arrived', rows: orders, count: orders.length });
}

function set(change: Partial<WallSettings>, people: string[] = now.settings.people): void {
  now = { ...now, settings: { ...now.settings, people, wall: { ...now.settings.wall, ...change } } };
  host.emit({ event: 'snapshot', snapshot: now });
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const press = (place: number) => wall.press(place, Date.now());
const undo = () => wall.undo(Date.now());
const undoable = () => wall.taking.undoable(Date.now());
const released = () => host.asked('release').map(({ id }) => id);

beforeEach(async () => {
  vi.useFakeTimers({ now: NOON });
  host = new FakeHost();
  host.answer = answer;
  held = Array.from({ length: 10 }, (_, at) => order(at + 1, 20 - at));
  now = snapshot({ settings: settings({ username: 'Comptoir', wall: { open: true, channel: null, light: false } }) });
  station = new Station(host);
  wall = new Wall(station, new Choices(station));
  station.start();
  host.open();
  await pass(1000);
});

afterEach(() => vi.useRealTimers());

test('the eight oldest are on the wall, and the others are counted', () => {
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect([wall.total, wall.more, wall.loaded]).toEqual([10, 2, true]);
});

test('who is late follows from each channel’s limits', () => {
  expect(wall.late(now, NOON)).toEqual({ known: 10, more: false });
  const slow = { ...now.settings, preferences: { commandes: { ...CHANNEL, watchAfter: 14, lateAfter: 15 } } };
  expect(wall.late({ ...now, settings: slow }, NOON)).toEqual({ known: 6, more: false });
});

test('of very many the late ones are not all known, unless the last one listed is not late', async () => {
  held = Array.from({ length: 100 }, (_, at) => order(at + 1, 100 - at));
  host.emit({ event: 'changed', ids: [] });
  await pass(1000);
  expect([wall.cards.length, wall.total, wall.more]).toEqual([40, 100, 92]);
  expect(wall.late(now, NOON)).toEqual({ known: 40, more: true });
  expect(wall.late(now, NOON - 80 * MINUTE)).toEqual({ known: 11, more: false });
});

test('cards on the wall stay there although very many older ones come, until they are taken', async () => {
  arrive(...Array.from({ length: 60 }, (_, at) => order(100 + at, 200 - at)));
  await pass(1000);
  expect([numbers(), wall.total]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8], 70]);
  hold('n_3', ALICE);
  await pass(1000);
  expect(numbers()).toEqual([1, 2, 4, 5, 6, 7, 8, 100]);
});

test('however much arrives, the station is asked a few times only', async () => {
  const before = asked();
  for (let step = 0; step < 100; step += 1) {
    arrive(order(100 + step, 0));
    await pass(10);
  }
  await pass(1000);
  expect(wall.total).toBe(110);
  expect(asked() - before).toBeLessThan(8);
});

test('a closed wall asks nothing, and an opened one shows what is there now', async () => {
  set({ open: false });
  await pass(1000);
  const before = asked();
  arrive(order(11, 0));
  await pass(120_000);
  wall.tick(Date.now());
  await pass(1000);
  expect(asked()).toBe(before);
  expect(wall.shown).toEqual([]);
  set({ open: true });
  await pass(1000);
  expect(wall.total).toBe(11);
});

test('another channel’s answer that comes too late is dropped', async () => {
  let late: (value: unknown) => void = () => {};
  host.answer = (command) =>
    command.do === 'waiting' && command.channel === null ? new Promise((done) => (late = done)) : answer(command);
  host.emit({ event: 'changed', ids: [] });
  await pass(1000);
  set({ channel: 'bar' });
  late({ cards: held, total: 10, taken: [] });
  await pass(100);
  expect([wall.shown.length, wall.loaded]).toEqual([0, false]);
  await pass(1000);
  expect([wall.shown.length, wall.total, wall.loaded]).toEqual([0, 0, true]);
  expect(host.asked('waiting').at(-1)?.channel).toBe('bar');
});

/** Keeps back the answer to the next question what waits, until it is called. */
async function slowly(): Promise<() => Promise<void>> {
  let deliver: () => void = () => {};
  host.answer = (command) => {
    if (command.do !== 'waiting') return answer(command);
    host.answer = answer;
    const old = answer(command);
    return new Promise((done) => (deliver = () => done(old)));
  };
  host.emit({ event: 'changed', ids: [] });
  await pass(1000);
  return async () => {
    deliver();
    await pass(10);
  };
}

test('an answer from before the hub agreed does not bring a taken card back', async () => {
  const deliver = await slowly();
  await press(1);
  hold('n_2', { ...ME, at: Date.now() });
  await pass(10);
  await deliver();
  expect(numbers(wall.cards)).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10]);
  await pass(1000);
  expect([numbers(wall.cards), wall.total]).toEqual([[1, 3, 4, 5, 6, 7, 8, 9, 10], 9]);
});

test('an answer from before a take was undone does not move its card', async () => {
  await press(1);
  hold('n_2', { ...ME, at: Date.now() });
  await pass(1000);
  const deliver = await slowly();
  await undo();
  await deliver();
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  await pass(1000);
  expect([numbers(), wall.total]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8], 10]);
});

test('a station that refuses is said and asked again, and the cards stay', async () => {
  host.answer = () => Promise.reject(fault('storage'));
  host.emit({ event: 'changed', ids: [] });
  await pass(1000);
  expect([wall.failed, wall.shown.length]).toEqual([true, 8]);
  host.answer = answer;
  await pass(5000);
  expect(wall.failed).toBe(false);
});

test('once a minute it asks of its own accord: what waits for a day is the history’s', async () => {
  const before = asked();
  await pass(59_000);
  wall.tick(Date.now());
  await pass(1000);
  expect(asked() - before).toBe(1);
});

test('a take keeps its place until the hub agrees, then the next slide up', async () => {
  await press(1);
  await pass(1000);
  expect(host.asked('take')).toEqual([{ do: 'take', id: 'n_2', by: null }]);
  expect(numbers(), 'it is on its way').toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(wall.taking.holds.get('n_2')?.phase).toBe('sent');
  expect(wall.more, 'it waits no longer').toBe(2);
  hold('n_2', { ...ME, at: Date.now() });
  await pass(1000);
  expect(numbers()).toEqual([1, 3, 4, 5, 6, 7, 8, 9]);
  expect(wall.taking.outcome).toMatchObject({ what: 'taken', row: { id: 'n_2' } });
  expect(wall.taken[0]).toMatchObject({ row: { id: 'n_2' }, reference: { number: '2' } });
});

test('pressing again and again takes one card', async () => {
  await Promise.all([press(0), press(0), press(0)]);
  await press(0);
  hold('n_1', { ...ME, at: Date.now() });
  await pass(100);
  await press(0);
  expect(host.asked('take')).toHaveLength(1);
  await pass(600);
  await press(0);
  expect(host.asked('take').map(({ id }) => id)).toEqual(['n_1', 'n_2']);
});

test('a station that refuses the take leaves the card as it was', async () => {
  host.answer = (command) => (command.do === 'take' ? Promise.reject(fault('outbox_full')) : answer(command));
  await expect(press(0)).rejects.toMatchObject({ code: 'outbox_full' });
  expect(wall.taking.holds.size).toBe(0);
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(undoable(), 'nothing was taken').toBeNull();
});

test('a take of which the station has not heard is not undone', async () => {
  let take: () => void = () => {};
  host.answer = (command) => {
    if (command.do !== 'take') return answer(command);
    return new Promise((done) => (take = () => done(answer(command))));
  };
  const taking = press(0);
  await pass(100);
  expect(undoable()).toBeNull();
  take();
  await taking;
  expect(undoable()).toBe('n_1');
});

test('of what somebody else took first the card says so for some seconds, then leaves', async () => {
  await press(0);
  hold('n_1', ALICE);
  await pass(1000);
  expect(wall.taking.holds.get('n_1')).toMatchObject({ phase: 'lost', detail: { taken: { by: 'Alice' } } });
  expect(wall.taking.outcome?.what).toBe('lost');
  wall.tick(Date.now());
  expect(numbers()[0], 'still there to be read').toBe(1);
  await pass(6000);
  wall.tick(Date.now());
  expect(numbers()[0]).toBe(2);
});

test('of two options chosen one right after the other, neither undoes the other', async () => {
  host.answer = async (command) => {
    if (command.do !== 'changeSettings') return answer(command);
    // The snapshot that tells of it comes later.
    now = { ...now, settings: { ...now.settings, wall: command.change.wall ?? now.settings.wall } };
    return now.settings;
  };
  await Promise.all([wall.change({ light: true }), wall.change({ channel: 'bar' })]);
  await wall.change({ open: false });
  expect(now.settings.wall).toEqual({ open: false, channel: 'bar', light: true });
});

test('what others take without our asking just leaves', async () => {
  hold('n_3', ALICE);
  await pass(1000);
  expect(numbers()).toEqual([1, 2, 4, 5, 6, 7, 8, 9]);
  expect(wall.taking.outcome).toBeNull();
});

test('without a hub a take is queued, says so, and makes room', async () => {
  now = { ...now, link: { state: 'offline', nextAt: NOON, since: NOON } };
  host.emit({ event: 'snapshot', snapshot: now });
  await press(0);
  await pass(1000);
  wall.tick(Date.now());
  expect(numbers()[0]).toBe(1);
  await pass(6000);
  wall.tick(Date.now());
  expect(numbers()[0]).toBe(2);
  expect(wall.taken[0]?.row).toMatchObject({ id: 'n_1', taken: { queued: true } });
});

test('undoing gives the last one back to its place', async () => {
  await press(1);
  hold('n_2', { ...ME, at: Date.now() });
  await pass(1000);
  expect(undoable()).toBe('n_2');
  await undo();
  await pass(1000);
  expect(host.asked('release')).toEqual([{ do: 'release', id: 'n_2' }]);
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(undoable(), 'once').toBeNull();
});

test('a take that the hub has not confirmed is undone as well, and its card stays', async () => {
  await press(1);
  await pass(1000);
  host.answer = (command) => (command.do === 'release' ? null : answer(command));
  await undo();
  expect(numbers(), 'before the station says what has changed').toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  hold('n_2', null);
  await pass(1000);
  expect([wall.taking.holds.size, wall.total]).toEqual([0, 10]);
});

test('only what was taken on this wall is undone: not what the same computer took elsewhere, or others', async () => {
  held = [...held, order(11, 30, { ...ALICE, at: NOON }), order(12, 30, { ...ME, by: 'Bruno', at: NOON })];
  host.emit({ event: 'changed', ids: [] });
  await pass(1000);
  expect(undoable()).toBeNull();
  await undo();
  expect(released()).toEqual([]);
});

test('one step is undone, however often the key is pressed', async () => {
  await press(0);
  hold('n_1', { ...ME, at: Date.now() });
  await pass(1000);
  await press(0);
  hold('n_2', { ...ME, at: Date.now() });
  await pass(1000);
  await Promise.all([undo(), undo()]);
  for (let times = 0; times < 4; times += 1) {
    await pass(450);
    await undo();
  }
  expect(released()).toEqual(['n_2']);
});

test('a second press of undo does not reach the take that follows', async () => {
  await press(0);
  await undo();
  await pass(600);
  await press(1);
  await undo();
  expect(released()).toEqual(['n_1']);
  await pass(400);
  await undo();
  expect(released()).toEqual(['n_1', 'n_2']);
});

test('the press that leaves a question does not undo when it chatters', async () => {
  await press(0);
  set({}, ['Alice', 'Bruno']);
  await press(1);
  wall.taking.cancel(Date.now());
  await pass(450);
  await undo();
  expect(released()).toEqual([]);
});

test('a take is undone for ten seconds', async () => {
  await press(0);
  await pass(9999);
  expect(undoable()).toBe('n_1');
  await pass(1);
  expect(undoable()).toBeNull();
  await undo();
  expect(released()).toEqual([]);
});

test('what is somebody else’s by now is not given back', async () => {
  await press(0);
  hold('n_1', { ...ME, at: Date.now() });
  await pass(1000);
  // The wall has not been told yet.
  held = held.map((detail) => (detail.id === 'n_1' ? { ...detail, taken: ALICE } : detail));
  expect(undoable()).toBe('n_1');
  await undo();
  expect([released(), undoable()]).toEqual([[], null]);
});

test('what the wall hears somebody else has is offered no more', async () => {
  await press(0);
  hold('n_1', { ...ME, at: Date.now() });
  await pass(1000);
  hold('n_1', ALICE);
  await pass(1000);
  expect(undoable(), 'Alice’s now').toBeNull();
});

test('a wall that was left does not undo what was taken on it', async () => {
  await press(0);
  set({ open: false });
  set({ open: true });
  await pass(1000);
  expect(undoable()).toBeNull();
});

test('an undo that the station refuses changes nothing, and may be tried again', async () => {
  await press(1);
  hold('n_2', { ...ME, at: Date.now() });
  await pass(1000);
  host.answer = (command) => (command.do === 'release' ? Promise.reject(fault('outbox_full')) : answer(command));
  await expect(undo()).rejects.toMatchObject({ code: 'outbox_full' });
  wall.tick(Date.now());
  await press(7);
  expect(numbers(), 'the card is not there again').toEqual([1, 3, 4, 5, 6, 7, 8, 9]);
  expect(wall.taking.outcome?.what).toBe('taken');
  expect(undoable(), 'the last one now').toBe('n_9');
});

test('an undo that failed may be tried again', async () => {
  await press(1);
  await pass(1000);
  host.answer = (command) => (command.do === 'release' ? Promise.reject(fault('outbox_full')) : answer(command));
  await expect(undo()).rejects.toMatchObject({ code: 'outbox_full' });
  host.answer = answer;
  await pass(1000);
  await undo();
  await pass(1000);
  expect(undoable()).toBeNull();
  expect(wall.total).toBe(10);
});

test('several people: the card asks who, and takes in that name', async () => {
  set({}, ['Alice', 'Bruno']);
  await press(3);
  expect(wall.taking.prompt).toMatchObject({ id: 'n_4' });
  expect(host.asked('take')).toEqual([]);
  await wall.choose('Bruno', Date.now());
  expect(host.asked('take')).toEqual([{ do: 'take', id: 'n_4', by: 'Bruno' }]);
  expect(wall.taking.prompt).toBeNull();
});

test('a question that nobody answers closes after eight seconds, and nothing is taken', async () => {
  set({}, ['Alice', 'Bruno']);
  await press(3);
  await pass(7999);
  wall.tick(Date.now());
  expect(wall.taking.prompt).not.toBeNull();
  await pass(1);
  wall.tick(Date.now());
  expect(wall.taking.prompt).toBeNull();
  expect(host.asked('take')).toEqual([]);
});

test('a card that is taken elsewhere while it asks says who was faster', async () => {
  set({}, ['Alice', 'Bruno']);
  await press(3);
  hold('n_4', { ...ALICE, at: Date.now() });
  await pass(1000);
  expect(wall.taking.prompt).toBeNull();
  expect(wall.taking.holds.get('n_4')).toMatchObject({ phase: 'lost', detail: { taken: { by: 'Alice' } } });
  expect(numbers(), 'on its place').toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('what an outage held back moves nothing on the wall', async () => {
  arrive(order(99, 120));
  await pass(1000);
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(wall.cards[8]?.row).toBe(99);
});

test('what was taken before the wall was opened is called by its reference', async () => {
  held = [...held, order(41, 30, ALICE)];
  host.emit({ event: 'changed', ids: [] });
  await pass(1000);
  expect(wall.taken[0]?.reference).toEqual({ prefix: 'ORD-', number: '41' });
});
