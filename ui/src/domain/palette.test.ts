import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fault, FakeHost, rows, settle, snapshot } from '../testing/fake-host';
import { fitting, Palette } from './palette.svelte';
import { Station } from './station.svelte';

const labels = (text: string, ...all: string[]) =>
  fitting(
    all.map((label) => ({ label })),
    text,
  ).map(({ label }) => label);

let host: FakeHost;
let palette: Palette;

beforeEach(async () => {
  vi.useFakeTimers();
  host = new FakeHost();
  host.answer = () => snapshot({ latest: rows(5) });
  const station = new Station(host);
  station.start();
  host.open();
  await settle();
  palette = new Palette(station);
  host.received.length = 0;
});
afterEach(() => vi.useRealTimers());

test('accents and case do not matter, and beginnings come first', () => {
  expect(labels('reg', 'Envoyer une règle', 'Réglages')).toEqual(['Envoyer une règle', 'Réglages']);
  expect(labels('ndes', 'Réglages', 'commandes')).toEqual(['commandes']);
  expect(labels('mur', 'Commandes du mur', 'Chemin de fer', 'Samurai')).toEqual(['Commandes du mur', 'Samurai']);
});

test('letters in their order are enough, one letter is not', () => {
  expect(labels('npd', 'Ne pas déranger')).toEqual(['Ne pas déranger']);
  expect(labels('z', 'Ne pas déranger')).toEqual([]);
});

test('without a word everything is offered, in its own order', () => {
  expect(labels('  ', 'b', 'a')).toEqual(['b', 'a']);
  expect(palette.found.map(({ id }) => id)).toEqual(['n_5', 'n_4', 'n_3']);
});

test('the station is asked once somebody stops typing', async () => {
  host.answer = () => rows(1);
  for (const text of ['o', 'or', 'ord']) palette.type(text);
  vi.advanceTimersByTime(80);
  await settle();
  expect(host.asked('page').map(({ filter }) => filter.search)).toEqual(['ord']);
  expect(palette.found).toHaveLength(1);
});

test('an answer that comes late does not overwrite a newer one', async () => {
  const answers: ((rows: unknown) => void)[] = [];
  host.answer = () => new Promise((resolve) => answers.push(resolve));
  palette.type('o');
  vi.advanceTimersByTime(80);
  palette.type('or');
  vi.advanceTimersByTime(80);
  await settle();
  answers[1]?.(rows(2));
  answers[0]?.(rows(5));
  await settle();
  expect(palette.found).toHaveLength(2);
});

test('whoever presses Enter before the answer is there gets the answer', async () => {
  host.answer = () => rows(1);
  palette.type('ord');
  await palette.answered();
  expect(palette.found.map(({ id }) => id)).toEqual(['n_1']);
  vi.advanceTimersByTime(1000);
  await settle();
  expect(host.asked('page'), 'asked once').toHaveLength(1);
});

test('a search that the station could not make does not pass for one that found nothing', async () => {
  host.answer = () => Promise.reject(fault('storage'));
  palette.type('ord');
  await palette.answered();
  expect(palette.fault).toBe('storage');
  host.answer = () => Promise.reject(new TypeError('fetch failed'));
  palette.type('orde');
  await palette.answered();
  expect(palette.fault).toBe('station');
  host.answer = () => rows(1);
  palette.type('order');
  await palette.answered();
  expect(palette).toMatchObject({ fault: null, found: [{ id: 'n_1' }] });
});

test('past the last entry comes the first, and what is typed begins anew', () => {
  const keys = ['a', 'b', 'c', 'd'];
  palette.move(-1, keys);
  expect(palette.chosenAmong(keys)).toBe(3);
  palette.move(1, keys);
  expect(palette.chosenAmong(keys)).toBe(0);
  palette.move(1, keys);
  palette.type('x');
  expect(palette.chosenAmong(keys)).toBe(0);
  palette.move(1, []);
  expect(palette.chosenAmong([])).toBe(0);
});

test('what is chosen stays chosen when more is found above it, and of two alike the one that was meant', () => {
  palette.move(1, ['Hub', 'Réglages']);
  expect(palette.chosenAmong(['n_1', 'n_2', 'Hub', 'Réglages'])).toBe(3);
  expect(palette.chosenAmong(['n_1']), 'gone').toBe(0);
  palette.choose('Hub', 1);
  expect(palette.chosenAmong(['Hub', 'Hub'])).toBe(1);
});
