import type { App } from '../../domain/app.svelte';
import { fullTime } from '../../domain/dates';
import { fieldsOf, type FieldValue } from '../../domain/fields';
import { isObject, own } from '../../domain/json';
import type { Detail } from '../../host/host';
import { copyText } from '../../shared/clipboard';
import type { Strings } from '../../strings/strings';
import { keyLabel } from './labels';

/** A longer one is copied whole, and named by its beginning. */
const NAMED = 40;

/** Copies the open notification's data exactly as it came. */
export async function copyJson(app: App): Promise<void> {
  const data = app.reading.detail?.data;
  if (data === undefined || data === null) return;
  await app.copying(copyText(JSON.stringify(data, null, 2)));
}

/** Copies what people call the open notification: the reference in its data. */
export async function copyReference(app: App): Promise<void> {
  const { detail, id } = app.reading;
  // While another one is being opened, the last one is no longer meant.
  if (!detail || detail.id !== id) return;
  const what = referenceOf(detail);
  if (what === null) return app.notices.show({ text: app.strings.text('copied.no_ref') });
  await app.copying(copyText(what), app.strings.text('copied.what', { what: [...what].slice(0, NAMED).join('') }));
}

/** Copies the open notification as a person would write it down. */
export async function copyAsText(app: App): Promise<void> {
  const { detail } = app.reading;
  if (!detail) return;
  await app.copying(copyText(asText(detail, app.strings)));
}

/** The sender's reference, if it gave one that can be read out. */
export function referenceOf({ data }: Detail): string | null {
  const ref = isObject(data) ? own(data, 'ref') : null;
  return typeof ref === 'number' || (typeof ref === 'string' && ref !== '') ? String(ref) : null;
}

/** Type, title, message, where from and when, then the data line by line. */
export function asText(detail: Detail, strings: Strings): string {
  const channel = detail.channel === null ? strings.text('inbox.row.broadcast') : `#${detail.channel}`;
  const colon = strings.language === 'fr' ? '\u00a0: ' : ': ';
  const fields = detail.data === null ? [] : fieldsOf(detail.data);
  return [
    `${strings.text(`type.${detail.type}`)}${colon}${detail.title}`,
    detail.message,
    `${channel}, ${detail.sender}, ${fullTime(detail.at, strings.language)}`,
    ...fields.map(({ path, value }) => {
      const label = path.map((key) => keyLabel(key, strings)).join(' › ');
      return `${label}${colon}${valueText(value, strings)}`;
    }),
  ].join('\n');
}

function valueText(value: FieldValue, strings: Strings): string {
  switch (value.is) {
    case 'text':
    case 'json':
      return value.text;
    case 'number':
      return String(value.value);
    case 'boolean':
      return strings.text(value.value ? 'common.yes' : 'common.no');
    case 'empty':
      return strings.text('common.empty_value');
    case 'table':
      return value.rows.map((cells) => `\n  ${cells.map((cell) => valueText(cell, strings)).join(' ')}`).join('');
  }
}
