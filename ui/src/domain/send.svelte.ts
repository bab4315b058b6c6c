import { parse as parseTolerantly, type ParseError } from 'jsonc-parser';
import type { JsonValue } from '../host/contract/serde_json/JsonValue';
import type { NotificationType } from '../host/contract/NotificationType';
import { isFault } from '../host/host';
import type { StringKey, Values } from '../strings/strings';
import type { Station } from './station.svelte';

export type SendField = 'channel' | 'type' | 'title' | 'message' | 'data';

/** What is wrong with a field: our sentence, and the hub's own words if it was the hub. */
export interface Problem {
  field: SendField | null;
  sentence: StringKey;
  values?: Values;
  hubWords?: string;
}

export type SendOutcome =
  | { is: 'confirmed'; id: string; subscribers: number | null }
  | { is: 'not_connected' }
  | { is: 'unconfirmed' }
  | { is: 'failed' };

/** The notification being written. It outlives the view, and every failed attempt. */
export class SendForm {
  channel = $state<string | null>(null);
  type = $state<NotificationType>('info');
  title = $state('');
  message = $state('');
  dataText = $state('');
  busy = $state(false);
  problems = $state.raw<Problem[]>([]);
  outcome = $state.raw<SendOutcome | null>(null);

  readonly #station: Station;

  constructor(station: Station) {
    this.#station = station;
  }

  get empty(): boolean {
    return this.title === '' && this.message === '' && this.dataText === '';
  }

  problemsOf(field: SendField | null): Problem[] {
    return this.problems.filter((problem) => problem.field === field);
  }

  clear(): void {
    this.title = this.message = this.dataText = '';
    this.problems = [];
    this.outcome = null;
  }

  async send(): Promise<void> {
    if (this.busy) return;
    this.outcome = null;
    this.problems = [];
    const data = parseData(this.dataText);
    if ('problem' in data) {
      this.problems = [data.problem];
      return;
    }
    this.busy = true;
    const { channel, type, title, message } = this;
    try {
      const sent = await this.#station.command({
        do: 'send',
        draft: { channel, type, title, message, data: data.value },
      });
      if (sent.outcome === 'confirmed') {
        this.clear();
        this.outcome = { is: 'confirmed', id: sent.id, subscribers: sent.subscribers };
      } else {
        this.problems = sent.errors.map((words, at) => problemOf(sent.codes[at] ?? '', words));
      }
    } catch (error) {
      const code = isFault(error) ? error.code : 'failed';
      this.outcome = { is: code === 'not_connected' || code === 'unconfirmed' ? code : 'failed' };
    } finally {
      this.busy = false;
    }
  }
}

type Parsed = { value: JsonValue | null } | { problem: Problem };

function parseData(text: string): Parsed {
  if (text.trim() === '') return { value: null };
  try {
    return { value: JSON.parse(text) as JsonValue };
  } catch {
    return { problem: { field: 'data', sentence: 'send.err.json_at', values: placeOfFirstError(text) } };
  }
}

// Not every browser's own parser says where it stopped.
function placeOfFirstError(text: string): Values {
  const errors: ParseError[] = [];
  parseTolerantly(text, errors, { disallowComments: true });
  const lines = text.slice(0, errors[0]?.offset ?? text.length).split('\n');
  return { line: lines.length, col: (lines.at(-1) ?? '').length + 1 };
}

/** Hub codes are `field_fault`; the fault only chooses how plainly it can be said. */
function problemOf(code: string, hubWords: string): Problem {
  const [field = '', ...rest] = code.split('_');
  const fault = rest.join('_');
  const tooMuch = /long|large|big|deep|limit/.test(fault);
  switch (field) {
    case 'title':
    case 'message': {
      const required = field === 'title' ? 'send.err.title_required' : 'send.err.message_required';
      const sentence = fault === 'required' ? required : tooMuch ? 'send.err.too_long' : 'send.err.text';
      return { field, sentence, hubWords };
    }
    case 'data': {
      const sentence =
        fault === 'not_object' ? 'send.err.data_object' : tooMuch ? 'send.err.data_large' : 'send.err.data';
      return { field, sentence, hubWords };
    }
    case 'type':
      return { field, sentence: 'send.err.type', hubWords };
    case 'channel':
      return { field, sentence: 'send.err.channel', hubWords };
    default:
      return { field: null, sentence: 'send.err.refused', hubWords };
  }
}
