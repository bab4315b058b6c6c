import { parse as parseTolerantly, type ParseError } from 'jsonc-parser';
import type { FaultCode } from '../host/contract/FaultCode';
import type { JsonValue } from '../host/contract/serde_json/JsonValue';
import type { NotificationType } from '../host/contract/NotificationType';
import { isFault, type Draft, type Snapshot } from '../host/host';
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
  | { is: 'sent'; subscribers: number | null }
  /** On this computer's disk; `listed` once the station's outbox has shown it. */
  | { is: 'queued'; number: number; listed: boolean }
  /** Taken out of the outbox, where it could not stay as it was. */
  | { is: 'returned'; words: string[] }
  | { is: 'failed'; fault: FaultCode | 'station' };

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
    station.listen({
      event: (event) => {
        if (event.event === 'snapshot') this.#follow(event.snapshot);
      },
    });
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

  /** Takes up a draft again; `words` say why it came back, if it was not the person who asked for it. */
  load(draft: Draft, words: string[]): void {
    this.channel = draft.channel;
    this.type = draft.type;
    this.title = draft.title;
    this.message = draft.message;
    this.dataText = draft.data === null ? '' : JSON.stringify(draft.data, null, 2);
    this.problems = [];
    this.outcome = words.length > 0 ? { is: 'returned', words } : null;
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
      if (sent.outcome === 'refused') {
        this.problems = sent.errors.map((words, at) => problemOf(sent.codes[at] ?? '', words));
        return;
      }
      // Stored by the hub or by this computer: the text is safe either way.
      this.clear();
      this.outcome =
        sent.outcome === 'confirmed'
          ? { is: 'sent', subscribers: sent.subscribers }
          : { is: 'queued', number: sent.number, listed: false };
    } catch (error) {
      this.outcome = { is: 'failed', fault: isFault(error) ? error.code : 'station' };
    } finally {
      this.busy = false;
    }
  }

  // What was said about the last send must not outlive its truth.
  #follow({ outbox, link }: Snapshot): void {
    if (this.outcome?.is !== 'queued') return;
    const { number, listed } = this.outcome;
    const draft = outbox.drafts.find((one) => one.number === number);
    if (draft) this.outcome = draft.refused.length > 0 ? null : { is: 'queued', number, listed: true };
    // A long outbox shows its first drafts only, and an event may be older than the answer to the send.
    else if (listed || (link.state === 'connected' && outbox.count === 0))
      this.outcome = { is: 'sent', subscribers: null };
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
