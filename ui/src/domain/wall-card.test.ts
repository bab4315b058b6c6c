import { expect, test } from 'vitest';
import type { JsonValue } from '../host/contract/serde_json/JsonValue';
import { referenceText, sharedPrefix, wallCardOf } from './wall-card';

const reference = (ref: JsonValue) => wallCardOf({ ref }).reference;
const place = (data: JsonValue) => wallCardOf(data).place;
const items = (...list: JsonValue[]) => wallCardOf({ items: list }).items;

test('a reference is its letters and its number', () => {
  expect(reference('ORD-42')).toEqual({ prefix: 'ORD-', number: '42' });
  expect(reference(42)).toEqual({ prefix: '', number: '42' });
  expect(reference(' A12b ')).toEqual({ prefix: 'A', number: '12b' });
  expect(reference('COMPTOIR')).toEqual({ prefix: '', number: 'COMPTOIR' });
});

test('what is no reference is none', () => {
  for (const ref of ['', '  ', null, true, ['ORD-42'], { no: 42 }]) expect(reference(ref)).toBeNull();
  for (const data of [null, 'ORD-42', 42, [], {}]) expect(wallCardOf(data).reference).toBeNull();
});

test('letters are left out only when all cards share them', () => {
  const [ord, other, none] = [reference('ORD-42'), reference('BAR-7'), reference('COMPTOIR')];
  if (!ord || !other) throw new Error('both are references');
  expect(sharedPrefix([ord, null, reference('ORD-43')])).toBe('ORD-');
  expect(referenceText(ord, 'ORD-')).toBe('42');
  expect(sharedPrefix([ord, other])).toBe('');
  expect(sharedPrefix([ord, none])).toBe('');
  expect(referenceText(ord, '')).toBe('ORD-42');
});

test('a table has its number, and another place its name', () => {
  expect(place({ table: 7 })).toEqual({ table: '7' });
  expect(place({ table: '12b' })).toEqual({ table: '12b' });
  expect(place({ table: 'Terrasse 3' })).toEqual({ name: 'Terrasse 3' });
  expect(place({ place: 'Comptoir' })).toEqual({ name: 'Comptoir' });
  expect(place({ pickup: 'À emporter' })).toEqual({ name: 'À emporter' });
  expect(place({ table: { no: 7 }, place: [], pickup: true })).toBeNull();
});

test('items are objects or words, with their notes', () => {
  expect(
    items({ qty: 2, name: 'Attiéké', note: 'sans piment' }, 'Frites', { name: 'Thé', note: ['chaud', 'sucré'] }),
  ).toEqual([
    { quantity: '2', name: 'Attiéké', note: 'sans piment' },
    { quantity: '', name: 'Frites', note: '' },
    { quantity: '', name: 'Thé', note: 'chaud, sucré' },
  ]);
});

test('an item that is not understood is shown as it is, and not lost', () => {
  expect(items({ plat: 'Garba' }, [1, 2], false).map(({ name }) => name)).toEqual([
    '{"plat":"Garba"}',
    '[1,2]',
    'false',
  ]);
  expect(items({ name: {}, qty: [], note: {} })).toEqual([
    { quantity: '', name: '{"name":{},"qty":[],"note":{}}', note: '' },
  ]);
});

test('what is too long is cut, and what is too much is counted', () => {
  const card = wallCardOf({ items: Array.from({ length: 10_000 }, () => ({ qty: 1, name: '🍔'.repeat(1000) })) });
  expect(card.itemCount).toBe(10_000);
  expect(card.items).toHaveLength(20);
  expect(card.items[0]?.name).toBe(`${'🍔'.repeat(160)}…`);
  expect(reference('9'.repeat(5000))?.number).toHaveLength(41);
});

test('the names of objects’ own machinery mean nothing', () => {
  const data = JSON.parse('{"__proto__": {"ref": "ORD-1"}, "constructor": {"items": [1]}}') as JsonValue;
  expect(wallCardOf(data)).toEqual({ reference: null, place: null, items: [], itemCount: 0 });
});
