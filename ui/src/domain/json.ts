import type { JsonValue } from '../host/contract/serde_json/JsonValue';

export type JsonObject = { [key in string]: JsonValue };

export function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an object has under a key of its own: a sender may well name one `constructor`. */
export function own(object: JsonObject, key: string): JsonValue {
  return Object.hasOwn(object, key) ? (object[key] ?? null) : null;
}
