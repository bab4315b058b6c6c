import { snapshot } from './sample';
import type { Command, Fault, Host, HostListener, QueuedDraft, ReplyOf, Row, StationEvent } from '../host/host';

type Answer = (command: Command) => unknown;

/** The host as a test plays it: it answers from a function, and emits what the test says. */
export class FakeHost implements Host {
  readonly received: Command[] = [];
  answer: Answer = () => null;
  #listener: HostListener | null = null;

  async command<C extends Command>(command: C): Promise<ReplyOf<C>> {
    this.received.push(command);
    return (await this.answer(command)) as ReplyOf<C>;
  }

  listen(listener: HostListener): void {
    this.#listener = listener;
  }

  open(): void {
    this.#listener?.opened();
  }

  lose(): void {
    this.#listener?.lost();
  }

  emit(event: StationEvent): void {
    this.#listener?.event(event);
  }

  asked<D extends Command['do']>(what: D): Extract<Command, { do: D }>[] {
    return this.received.filter((command): command is Extract<Command, { do: D }> => command.do === what);
  }
}

export function fault(code: Fault['code']): Fault {
  return { code, message: 'as the test wants it' };
}

/** Rows `count` down to 1, the newest first. */
export function rows(count: number, change: Partial<Row> = {}): Row[] {
  return Array.from({ length: count }, (_, at) => ({
    row: count - at,
    id: `n_${count - at}`,
    type: 'info' as const,
    title: `Commande ${count - at}`,
    message: '',
    sender: 'Caisse 1',
    channel: 'commandes',
    at: 1_763_640_000_000 + (count - at) * 1000,
    read: false,
    caughtUp: false,
    expired: false,
    taken: null,
    remindAt: null,
    reminded: false,
    ...change,
  }));
}

/** A draft that waits for the hub. */
export function queued(number: number, change: Partial<QueuedDraft> = {}): QueuedDraft {
  return {
    number,
    channel: 'cuisine',
    type: 'warning',
    title: `Rupture ${number}`,
    at: 1_763_640_000_000 + number * 1000,
    refused: [],
    ...change,
  };
}

export { snapshot };

/** Answers the list's commands from rows held newest first, as a station would. */
export function answersFrom(held: () => Row[], newestRow: () => number): Answer {
  const shown = (filter: Extract<Command, { do: 'page' }>['filter']) =>
    held().filter(
      (row) =>
        (!filter.unread || !row.read) &&
        (!filter.caughtUp || row.caughtUp) &&
        (!filter.todo || row.taken === null) &&
        (filter.kind === undefined || row.type === filter.kind) &&
        row.row <= (filter.upToRow ?? Infinity) &&
        (filter.channel === undefined || row.channel === filter.channel),
    );
  return (command) => {
    switch (command.do) {
      case 'snapshot':
        return snapshot({ newestRow: newestRow() });
      case 'outline': {
        const total = shown(command.filter).length;
        return { days: total > 0 ? [{ date: '2025-11-20', count: total }] : [], total, capped: false };
      }
      case 'page':
        return shown(command.filter).slice(command.offset, command.offset + command.limit);
      case 'locate': {
        const at = shown(command.filter).findIndex((row) => row.id === command.id);
        return at < 0 ? null : at;
      }
      case 'open': {
        const row = held().find(({ id }) => id === command.id);
        return row ? { ...row, data: null, receivedAt: row.at } : Promise.reject(fault('unknown_notification'));
      }
      default:
        return null;
    }
  };
}

/** Lets everything already promised happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
