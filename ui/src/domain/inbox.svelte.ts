import type { Row } from '../host/host';
import { EVERYTHING, type Choice, type NotificationList } from './list.svelte';
import type { Reading } from './reading.svelte';
import type { Station } from './station.svelte';

/** A page of this many ids can be marked unread again in one command. */
const UNDOABLE = 500;

/** The row the person is at, and what moves it. */
export class Inbox {
  currentId = $state<string | null>(null);
  /** A row the list should bring into view. A new object each time, also for the same row. */
  reveal = $state.raw<{ index: number; focus: boolean } | null>(null);
  /** How far the list was scrolled, and which one: other views come between. */
  scrolled: { choice: Choice; top: number } | null = null;
  #index: number | null = null;

  constructor(
    readonly station: Station,
    readonly list: NotificationList,
    readonly reading: Reading,
  ) {
    list.onLoaded = () => void this.#findAgain();
    station.listen({
      event: (event) => {
        if (event.event === 'openRequested') void this.openRequested(event.id);
      },
    });
  }

  /** Goes `step` rows down; `opens` says whether the detail follows. */
  move(step: number, opens: boolean): void {
    if (this.list.total === 0) return;
    const from = this.#index ?? (step > 0 ? -1 : 0);
    this.goTo(Math.min(this.list.total - 1, Math.max(0, from + step)), opens);
  }

  goTo(index: number, opens: boolean): void {
    const row = this.list.row(index);
    if (!row) return;
    this.#index = index;
    this.currentId = row.id;
    this.reveal = { index, focus: true };
    if (opens) void this.reading.open(row.id);
  }

  open(index: number): void {
    const row = this.list.row(index);
    if (!row) return;
    this.#index = index;
    this.currentId = row.id;
    void this.reading.open(row.id);
  }

  /** Closes the detail and gives the focus back to its row. */
  close(): void {
    this.reading.close();
    if (this.#index !== null) this.reveal = { index: this.#index, focus: true };
  }

  /** What a key acts on: the open notification, also before its detail is there; without one, the current row. */
  get current(): Row | undefined {
    const { id, detail } = this.reading;
    if (id !== null && detail?.id === id) return detail;
    // The list may have changed since its rows were counted.
    const row = this.#index === null ? undefined : this.list.row(this.#index);
    return row?.id === (id ?? this.currentId) ? row : undefined;
  }

  /** Marks the open notification read or unread; without one, the current row. Answers which, as it was. */
  async toggleRead(): Promise<Row | undefined> {
    const row = this.current;
    if (!row) return undefined;
    if (row === this.reading.detail) await this.reading.toggleRead();
    else await this.station.command({ do: 'markRead', ids: [row.id], read: !row.read });
    return row;
  }

  /** Deletes a notification here. Whoever goes through the list is at the one that takes its place. */
  async remove(id: string): Promise<void> {
    const index = this.currentId === id ? this.#index : null;
    await this.station.command({ do: 'delete', ids: [id] });
    if (this.reading.id === id) this.reading.close();
    // Whoever has gone on meanwhile stays where they are.
    if (index === null || this.currentId !== id) return;
    this.currentId = null;
    this.#index = null;
    await this.list.reload();
    if (this.list.total > 0) this.goTo(Math.min(index, this.list.total - 1), false);
  }

  /** Loads what arrived above and goes to the top. */
  async showAbove(): Promise<void> {
    await this.list.refresh();
    this.reveal = { index: 0, focus: false };
  }

  async openRequested(id: string): Promise<void> {
    this.currentId = id;
    const opening = this.reading.open(id);
    if ((await this.list.locate(id)) === null) await this.list.narrow(EVERYTHING);
    await this.#findAgain();
    if (this.#index !== null) this.reveal = { index: this.#index, focus: false };
    await opening;
  }

  /** Marks what the list shows as read. Answers how many, and how to take it back if that can be. */
  async markAllRead(): Promise<{ count: number; undo: (() => Promise<unknown>) | null }> {
    const filter = this.list.filter;
    const unread = await this.station.command({
      do: 'page',
      filter: { ...filter, unread: true },
      offset: 0,
      limit: UNDOABLE,
    });
    const count = await this.station.command({ do: 'markAllRead', filter });
    const ids = unread.map((row) => row.id);
    const undo = () => this.station.command({ do: 'markRead', ids, read: false });
    return { count, undo: ids.length === count ? undo : null };
  }

  // After a load the same row may lie elsewhere, or no longer in the list.
  async #findAgain(): Promise<void> {
    const id = this.currentId;
    if (id === null) return;
    const index = await this.list.locate(id).catch(() => null);
    if (id === this.currentId) this.#index = index;
  }
}
