import { vi } from 'vitest';
import { Choices } from '../domain/choices';
import { Station } from '../domain/station.svelte';
import { Wall } from '../domain/wall.svelte';
import type { Command, Detail, Row, Snapshot, Taken, Wall as WallSettings } from '../host/host';
import { fault, FakeHost, rows } from './fake-host';
import { settings, snapshot } from './sample';

export const NOON = 1_763_640_000_000;
const MINUTE = 60_000;
const [ROW] = rows(1) as [Row];
export const ME: Taken = { by: 'Comptoir', device: null, at: NOON, mine: true, queued: false };
export const ALICE: Taken = { ...ME, by: 'Alice', mine: false };

/** An order that came so many minutes before noon; its number tells it from the others. */
export function order(number: number, minutes: number, taken: Taken | null = null): Detail {
  const at = NOON - minutes * MINUTE;
  const data = { ref: `ORD-${number}` };
  return { ...ROW, row: number, id: `n_${number}`, at, taken, data, receivedAt: at };
}

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A wall at noon with ten orders before it, and the station that it asks, as far as a wall can tell. */
export class WallDesk {
  readonly host = new FakeHost();
  held = Array.from({ length: 10 }, (_, at) => order(at + 1, 20 - at));
  now: Snapshot = snapshot({
    settings: settings({ username: 'Comptoir', wall: { open: true, channel: null, light: false } }),
  });
  readonly #station = new Station(this.host);
  readonly wall = new Wall(this.#station, new Choices(this.#station));

  /** Needs a clock that the test moves. */
  async open(): Promise<void> {
    this.host.answer = this.answer;
    this.#station.start();
    this.host.open();
    await pass(1000);
  }

  answer = (command: Command): unknown => {
    switch (command.do) {
      case 'snapshot':
        return this.now;
      case 'waiting': {
        const all = this.held.filter(({ channel }) => command.channel === null || channel === command.channel);
        const cards = all.filter(({ taken }) => !taken).toSorted((a, b) => a.at - b.at);
        const taken = all.filter((row) => row.taken).toSorted((a, b) => (b.taken?.at ?? 0) - (a.taken?.at ?? 0));
        return { cards: cards.slice(0, command.limit), total: cards.length, taken };
      }
      case 'open':
        return this.held.find(({ id }) => id === command.id) ?? Promise.reject(fault('unknown_notification'));
      case 'take':
        this.hold(command.id, { ...ME, by: command.by ?? ME.by, at: Date.now(), queued: true });
        return null;
      case 'release':
        this.hold(command.id, null);
        return null;
      default:
        return null;
    }
  };

  hold(id: string, taken: Taken | null): void {
    this.held = this.held.map((detail) => (detail.id === id ? { ...detail, taken } : detail));
    this.host.emit({ event: 'changed', ids: [id] });
  }

  arrive(...orders: Detail[]): void {
    this.held = [...this.held, ...orders];
    this.host.emit({ event: 'arrived', rows: orders, count: orders.length });
  }

  set(change: Partial<WallSettings>, people: string[] = this.now.settings.people): void {
    this.now = {
      ...this.now,
      settings: { ...this.now.settings, people, wall: { ...this.now.settings.wall, ...change } },
    };
    this.host.emit({ event: 'snapshot', snapshot: this.now });
  }

  numbers(cards = this.wall.shown): number[] {
    return cards.map(({ row }) => row);
  }

  asked(): number {
    return this.host.asked('waiting').length;
  }

  press(place: number): Promise<void> {
    return this.wall.press(place, Date.now());
  }

  undo(): Promise<void> {
    return this.wall.undo(Date.now());
  }

  undoable(): string | null {
    return this.wall.taking.undoable(Date.now());
  }

  released(): string[] {
    return this.host.asked('release').map(({ id }) => id);
  }
}
