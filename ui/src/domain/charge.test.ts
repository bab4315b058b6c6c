import { beforeEach, expect, test } from 'vitest';
import type { Taken } from '../host/contract/Taken';
import { fault, FakeHost, rows, settle } from '../testing/fake-host';
import { Charge } from './charge.svelte';
import { Station } from './station.svelte';

const [ROW] = rows(1) as [ReturnType<typeof rows>[number]];
const BY_ME: Taken = { by: 'Awa', device: null, at: 0, mine: true, queued: false };
const BY_ALICE: Taken = { ...BY_ME, by: 'Alice', mine: false };

let host: FakeHost;
let charge: Charge;
let taken: Taken | null;
let lostTo: (string | undefined)[];

async function changed(now: Taken | null, ids = ['n_1']): Promise<void> {
  taken = now;
  host.emit({ event: 'changed', ids });
  await settle();
}

beforeEach(() => {
  host = new FakeHost();
  const station = new Station(host);
  charge = new Charge(station);
  lostTo = [];
  charge.onLost = (detail) => lostTo.push(detail.taken?.by);
  host.answer = (command) => (command.do === 'open' ? { ...ROW, taken, data: null, receivedAt: 0 } : null);
  station.start();
});

test('pressing twice asks once', async () => {
  let answer: (value: null) => void = () => {};
  host.answer = () => new Promise((resolve) => (answer = resolve));
  const first = charge.take(ROW);
  expect(charge.asking.has('n_1')).toBe(true);
  expect(await charge.take(ROW)).toBe(false);
  answer(null);
  expect(await first).toBe(true);
  expect(charge.asking.size).toBe(0);
  expect(host.asked('take')).toEqual([{ do: 'take', id: 'n_1', by: null }]);
});

test('while one is asked for, another can be', async () => {
  host.answer = () => new Promise(() => {});
  void charge.take(ROW);
  void charge.take({ ...ROW, id: 'n_2' });
  await settle();
  expect(host.asked('take').map(({ id }) => id)).toEqual(['n_1', 'n_2']);
});

test('what was given back is taken again in the same name, unless somebody has it', async () => {
  taken = null;
  expect(await charge.takeAgain('n_1', 'Chloé')).toBe(true);
  expect(host.asked('take')).toEqual([{ do: 'take', id: 'n_1', by: 'Chloé' }]);
  taken = BY_ALICE;
  expect(await charge.takeAgain('n_1', 'Chloé')).toBe(false);
});

test('what somebody has is not taken', async () => {
  expect(await charge.take({ ...ROW, taken: BY_ALICE })).toBe(false);
  expect(host.received).toEqual([]);
});

test('a station that refuses can be asked again', async () => {
  host.answer = () => Promise.reject(fault('outbox_full'));
  await expect(charge.take(ROW)).rejects.toMatchObject({ code: 'outbox_full' });
  expect(charge.asking.size).toBe(0);
});

test('what the station refused to ask for is lost to nobody later', async () => {
  const { answer } = host;
  host.answer = () => Promise.reject(fault('outbox_full'));
  await expect(charge.take(ROW)).rejects.toMatchObject({ code: 'outbox_full' });
  host.answer = answer;
  await changed(BY_ALICE);
  expect(lostTo).toEqual([]);
});

test('a change that is told before our take is stored does not end the watch over it', async () => {
  const { answer } = host;
  let stored: (value: null) => void = () => {};
  host.answer = (command) => (command.do === 'take' ? new Promise((resolve) => (stored = resolve)) : answer(command));
  const asking = charge.take(ROW);
  await changed(null);
  stored(null);
  await asking;
  await changed(BY_ALICE);
  expect(lostTo).toEqual(['Alice']);
});

test('who was first while the station could not be heard is said once it can', async () => {
  await charge.take(ROW);
  taken = BY_ALICE;
  host.open();
  await settle();
  expect(lostTo).toEqual(['Alice']);
});

test('somebody who was first at the hub is said, once', async () => {
  await charge.take(ROW);
  await changed({ ...BY_ME, queued: true });
  expect(lostTo, 'the hub has not answered').toEqual([]);
  await changed(BY_ALICE);
  await changed(BY_ALICE);
  expect(lostTo).toEqual(['Alice']);
  expect(charge.lost.has('n_1')).toBe(true);
});

test('many changes at once are looked through for it too', async () => {
  await charge.take(ROW);
  await changed(BY_ALICE, []);
  expect(lostTo).toEqual(['Alice']);
});

test('once the hub has agreed, a later change of hands is no loss', async () => {
  await charge.take(ROW);
  await changed(BY_ME);
  await changed(BY_ALICE);
  expect(lostTo).toEqual([]);
});

test('what was given back is no loss either', async () => {
  await charge.take(ROW);
  await charge.release('n_1');
  expect(host.asked('release')).toEqual([{ do: 'release', id: 'n_1' }]);
  await changed(BY_ALICE);
  expect(lostTo).toEqual([]);
});

test('what others do is followed without asking', async () => {
  await changed(BY_ALICE);
  expect(host.received).toEqual([]);
});

test('one of the people who use this computer is named', async () => {
  await charge.take(ROW, 'Chloé');
  expect(host.asked('take')).toEqual([{ do: 'take', id: 'n_1', by: 'Chloé' }]);
});

test('what was taken here can be given back', async () => {
  taken = BY_ME;
  expect(await charge.undo('n_1')).toBe(true);
  expect(host.asked('release')).toHaveLength(1);
});

test.each([
  ['somebody else has', BY_ALICE],
  ['nobody has', null],
])('undoing does not release what %s by now', async (_, now) => {
  taken = now;
  expect(await charge.undo('n_1')).toBe(false);
  expect(host.asked('release')).toEqual([]);
});
