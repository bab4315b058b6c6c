import type { JsonValue } from '../host/contract/serde_json/JsonValue';
import { isObject, own, type JsonObject } from './json';

export type FieldValue =
  | { is: 'text'; text: string }
  | { is: 'number'; value: number }
  | { is: 'boolean'; value: boolean }
  | { is: 'empty' }
  | { is: 'table'; columns: string[]; rows: FieldValue[][] }
  | { is: 'json'; text: string };

/** One labelled line of a notification's data; `path` are the keys that lead to it. */
export interface DataField {
  path: string[];
  value: FieldValue;
}

/** Deeper objects are shown as JSON: a label of nine keys helps nobody. */
const DEEPEST = 8;

/** Turns the sender's data into lines: objects are flattened, arrays of objects become tables. */
export function fieldsOf(data: JsonValue): DataField[] {
  return isObject(data) ? flatten(data, []) : [{ path: [], value: valueOf(data) }];
}

function flatten(object: JsonObject, path: string[]): DataField[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const here = [...path, key];
    if (isObject(value) && Object.keys(value).length > 0 && here.length < DEEPEST) return flatten(value, here);
    return [{ path: here, value: valueOf(value) }];
  });
}

function valueOf(value: JsonValue): FieldValue {
  if (value === null || value === '') return { is: 'empty' };
  if (typeof value === 'string') return { is: 'text', text: value };
  if (typeof value === 'number') return { is: 'number', value };
  if (typeof value === 'boolean') return { is: 'boolean', value };
  if (Array.isArray(value)) return arrayValue(value);
  return Object.keys(value).length === 0 ? { is: 'empty' } : { is: 'json', text: JSON.stringify(value) };
}

function arrayValue(items: JsonValue[]): FieldValue {
  if (items.length === 0) return { is: 'empty' };
  if (items.every(isObject)) {
    const columns = [...new Set(items.flatMap((item) => Object.keys(item)))];
    return { is: 'table', columns, rows: items.map((item) => columns.map((key) => valueOf(own(item, key)))) };
  }
  if (items.every((item) => item !== null && typeof item !== 'object')) return { is: 'text', text: items.join(', ') };
  return { is: 'json', text: JSON.stringify(items) };
}
