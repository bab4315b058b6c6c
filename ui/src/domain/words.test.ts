import { expect, test } from 'vitest';
import { piecesOf, wordsOf } from './words';

const marked = (text: string, search: string) =>
  piecesOf(text, search)
    .map(({ text, hit }) => (hit ? `[${text}]` : text))
    .join('');

test('accents and case do not matter, and the text stays as it is', () => {
  expect(marked('Crème brûlée', 'CREME bru')).toBe('[Crème] [brû]lée');
  expect(marked('Cre\u0300me', 'crème'), 'written with a combining accent').toBe('[Cre\u0300me]');
});

test('a word is found by its beginning only', () => {
  expect(marked('Commande ORD-42', 'ord')).toBe('Commande [ORD]-42');
  expect(marked('Commande', 'mand')).toBe('Commande');
});

test('of two searched words that fit, the longer is marked', () => {
  expect(marked('poulet', 'po poule')).toBe('[poule]t');
});

test('letters that fold to more or fewer keep their places', () => {
  expect(marked('İstanbul 🍔 œuf', 'istan œuf')).toBe('[İstan]bul 🍔 [œuf]');
});

test('markup is text like any other', () => {
  expect(marked('<b>gras</b>', 'b')).toBe('<[b]>gras</[b]>');
});

test('a search of signs alone marks nothing', () => {
  expect(piecesOf('ORD-42', ' - ')).toEqual([{ text: 'ORD-42', hit: false }]);
  expect(wordsOf('« ORD-42 »')).toEqual(['ord', '42']);
});

test('the pieces joined are the text, whatever is in it', () => {
  const letters = ['a', 'é', 'e\u0301', 'ß', 'İ', '🍔', ' ', '-', 'ﬁ', 'ط', '\u0301'];
  let seed = 7;
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 2000; round += 1) {
    const text = Array.from({ length: next(12) }, () => letters[next(letters.length)]).join('');
    const search = Array.from({ length: next(4) }, () => letters[next(letters.length)]).join('');
    const joined = piecesOf(text, search)
      .map((piece) => piece.text)
      .join('');
    expect(joined).toBe(text);
  }
});
