import type { JsonValue } from '../host/contract/serde_json/JsonValue';
import { isObject, own, type JsonObject } from './json';

/** A reference as people call it out: `ORD-42` is `ORD-` and `42`. */
export interface Reference {
  prefix: string;
  number: string;
}

export interface WallItem {
  quantity: string;
  name: string;
  note: string;
}

/** What an order's data say about it, for a card that is read from two metres. */
export interface WallCard {
  reference: Reference | null;
  /** `table` is a number without its word; anything else is as the sender wrote it. */
  place: { table: string } | { name: string } | null;
  items: WallItem[];
  /** Also those that are not in `items`. */
  itemCount: number;
}

/** No card has room for more. */
const MOST_ITEMS = 20;
const LONGEST = { reference: 40, place: 60, quantity: 8, name: 160, note: 120 };

/** Senders write what they like: whatever is not understood is left out, or shown as it is. */
export function wallCardOf(data: JsonValue | null): WallCard {
  const object = isObject(data) ? data : {};
  const items = own(object, 'items');
  const listed = Array.isArray(items) ? items.filter((item) => item !== null && item !== '') : [];
  return {
    reference: referenceOf(own(object, 'ref')),
    place: placeOf(object),
    items: listed.slice(0, MOST_ITEMS).map(itemOf),
    itemCount: listed.length,
  };
}

/** The letters that all references begin with; `''` if they differ. */
export function sharedPrefix(references: readonly (Reference | null)[]): string {
  const prefixes = new Set(references.flatMap((reference) => (reference ? [reference.prefix] : [])));
  const [only = ''] = prefixes;
  return prefixes.size === 1 ? only : '';
}

/** A reference without the letters that all of them share. */
export function referenceText({ prefix, number }: Reference, shared: string): string {
  return prefix === shared ? number : prefix + number;
}

function referenceOf(value: JsonValue): Reference | null {
  const whole = textOf(value, LONGEST.reference);
  if (whole === '') return null;
  const at = whole.search(/\d/);
  return at < 0 ? { prefix: '', number: whole } : { prefix: whole.slice(0, at), number: whole.slice(at) };
}

function placeOf(object: JsonObject): WallCard['place'] {
  const table = textOf(own(object, 'table'), LONGEST.place);
  if (/^\d{1,4}\p{L}?$/u.test(table)) return { table };
  const name = table || textOf(own(object, 'place'), LONGEST.place) || textOf(own(object, 'pickup'), LONGEST.place);
  return name === '' ? null : { name };
}

function itemOf(item: JsonValue): WallItem {
  if (!isObject(item)) return { quantity: '', name: textOf(item, LONGEST.name) || raw(item), note: '' };
  const note = own(item, 'note');
  const notes = Array.isArray(note) ? note : [note];
  return {
    quantity: textOf(own(item, 'qty'), LONGEST.quantity),
    name: textOf(own(item, 'name'), LONGEST.name) || raw(item),
    note: cut(
      notes
        .map((one) => textOf(one, LONGEST.note))
        .filter(Boolean)
        .join(', '),
      LONGEST.note,
    ),
  };
}

function textOf(value: JsonValue, longest: number): string {
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  return cut(String(value).trim(), longest);
}

function raw(value: JsonValue): string {
  return cut(JSON.stringify(value), LONGEST.name);
}

// By characters as people see them: half a pair would show as a hole.
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${[...text.slice(0, longest * 2)].slice(0, longest).join('')}…`;
}
