import { SvelteMap } from 'svelte/reactivity';
import type { Filter } from '../host/contract/Filter';
import type { Outline, Row, StationEvent } from '../host/host';
import { waits } from './preferences';
import type { Station } from './station.svelte';

/** What the person narrows the list to; where it is cut off is the list's own affair. */
export type Choice = Omit<Filter, 'upToRow'>;

const PAGE = 50;
const PAGES_KEPT = 60;

/** Everything that the station keeps. */
export const EVERYTHING: Choice = {
  unread: false,
  caughtUp: false,
  todo: false,
  search: undefined,
  kind: undefined,
  channel: undefined,
};

/**
 * The notifications a filter shows, of which only the pages in view are held.
 *
 * The list is cut at the newest row it was loaded with, so that what arrives later moves nothing
 * until the reader is at the top or asks for it.
 */
export class NotificationList {
  choice = $state.raw<Choice>(EVERYTHING);
  outline = $state.raw<Outline | null>(null);
  /** Matching notifications that arrived above the cut. */
  above = $state(0);
  failed = $state(false);
  /** Whether the reader sees the first row; set by the view. */
  atTop = true;
  /** Called after each load: indices may have changed. */
  onLoaded: () => void = () => {};

  readonly #station: Station;
  readonly #pages = new SvelteMap<number, Row[]>();
  #newestRow = 0;
  #upToRow = 0;
  #loadedChoice = $state.raw<Choice | null>(null);
  #wanted: [first: number, last: number] = [0, PAGE - 1];
  #loads = 0;
  #stale = false;
  #refreshing: Promise<void> | null = null;
  #fetching = false;
  /** Loads anew without showing what arrived above. */
  #keepsCut = true;
  readonly #changed = new Set<string>();
  #readingChanged = false;
  /** Grows with each question how many are above. */
  #countsAsked = 0;
  #counting = false;

  constructor(station: Station) {
    this.#station = station;
    station.listen({ event: (event) => this.#receive(event), reopened: () => void this.refresh() });
  }

  /** Whether the rows held are those that the person asked for. */
  get loaded(): boolean {
    return this.choice === this.#loadedChoice;
  }

  get total(): number {
    return this.outline?.total ?? 0;
  }

  /** The cut-off filter that the rows in view were loaded with. */
  get filter(): Filter {
    return { ...this.choice, upToRow: this.#upToRow };
  }

  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Whether the person sees less than everything. */
  get narrowed(): boolean {
    const { search, kind, channel, caughtUp } = this.choice;
    return search !== undefined || kind !== undefined || channel !== undefined || caughtUp;
  }

  narrow(change: Partial<Choice>): Promise<void> {
    this.choice = { ...this.choice, ...change };
    this.atTop = true;
    this.#wanted = [0, PAGE - 1];
    return this.refresh();
  }

  /** Loads the list anew, up to the newest row; several calls at once make one load more. */
  refresh(): Promise<void> {
    this.#keepsCut = false;
    return this.#loadAnew();
  }

  /** Loads other rows at the same place: nothing moves under a reader who has scrolled. */
  reload(): Promise<void> {
    if (this.atTop && this.above === 0) this.#keepsCut = false;
    return this.#loadAnew();
  }

  #loadAnew(): Promise<void> {
    this.#stale = true;
    this.#refreshing ??= this.#refreshWhileStale().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  /** Tells which rows are in view. Only they are loaded, however fast the list is scrolled. */
  want(first: number, last: number): void {
    this.#wanted = [first, last];
    void this.#fetchMissing();
  }

  locate(id: string): Promise<number | null> {
    return this.#station.command({ do: 'locate', filter: this.filter, id });
  }

  async #refreshWhileStale(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      try {
        await this.#load();
        this.failed = false;
      } catch {
        this.failed = true;
      }
    }
  }

  async #load(): Promise<void> {
    const choice = this.choice;
    const keepsCut = this.#keepsCut && choice === this.#loadedChoice;
    this.#keepsCut = true;
    const newestRow = Math.max(this.#newestRow, this.#station.snapshot?.newestRow ?? 0);
    const upToRow = keepsCut ? this.#upToRow : newestRow;
    const filter = { ...choice, upToRow };
    const numbers = this.#wantedPages();
    const [outline, ...pages] = await Promise.all([
      this.#station.command({ do: 'outline', filter }),
      ...numbers.map((number) => this.#station.command({ do: 'page', filter, offset: number * PAGE, limit: PAGE })),
    ]);
    if (choice !== this.choice) return;
    this.#loads += 1;
    this.#upToRow = upToRow;
    this.#loadedChoice = choice;
    this.#pages.clear();
    numbers.forEach((number, at) => this.#pages.set(number, pages[at] ?? []));
    this.outline = outline;
    if (!keepsCut) this.above = 0;
    this.onLoaded();
    void this.#fetchMissing();
  }

  // One page at a time, always for the rows in view now: a fast scroll leaves no queue behind.
  async #fetchMissing(): Promise<void> {
    if (this.#fetching) return;
    this.#fetching = true;
    try {
      for (let number = this.#missingPage(); number !== undefined; number = this.#missingPage()) {
        const load = this.#loads;
        const offset = number * PAGE - this.#goneBefore(number);
        const rows = await this.#station.command({ do: 'page', filter: this.filter, offset, limit: PAGE });
        if (load !== this.#loads) continue;
        this.#pages.set(number, rows);
        this.failed = false;
        this.#forgetFarPages();
      }
    } catch {
      this.failed = true;
    } finally {
      this.#fetching = false;
    }
  }

  #wantedPages(): number[] {
    const [first, last] = this.#wanted;
    const from = Math.floor(Math.max(0, first) / PAGE);
    const to = Math.floor(Math.max(0, last) / PAGE);
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  }

  #missingPage(): number | undefined {
    if (!this.loaded) return undefined;
    return this.#wantedPages().find((number) => number * PAGE < this.total && !this.#pages.has(number));
  }

  // Rows read or taken since the load stay in view, but the station no longer counts them to the list.
  #goneBefore(number: number): number {
    if (!this.#shrinks) return 0;
    let gone = 0;
    for (const [page, rows] of this.#pages) {
      if (page < number) gone += rows.filter((row) => this.#hasLeft(row)).length;
    }
    return gone;
  }

  get #shrinks(): boolean {
    return this.choice.unread || this.choice.todo;
  }

  #hasLeft(row: Row): boolean {
    return (this.choice.unread && row.read) || (this.choice.todo && !this.#waits(row));
  }

  #waits(row: Row): boolean {
    const { snapshot } = this.#station;
    return snapshot !== null && waits(snapshot, row, Date.now());
  }

  #forgetFarPages(): void {
    // Of lists that shrink all pages are needed, to know how many rows have left them.
    if (this.#shrinks || this.#pages.size <= PAGES_KEPT) return;
    const here = this.#wanted[0] / PAGE;
    const far = [...this.#pages.keys()].sort((a, b) => Math.abs(b - here) - Math.abs(a - here));
    for (const number of far.slice(0, PAGES_KEPT / 2)) this.#pages.delete(number);
  }

  #receive(event: StationEvent): void {
    if (event.event === 'arrived') this.#arrive(event.rows, event.count);
    else if (event.event === 'readChanged') this.#changeRead(event.ids, event.read);
    else if (event.event === 'changed') this.#change(event.ids);
    else if (event.event === 'removed') void this.reload();
  }

  #arrive(rows: Row[], count: number): void {
    this.#newestRow = Math.max(this.#newestRow, ...rows.map((row) => row.row));
    const others = rows.filter((row) => !this.#shows(row)).length;
    if (count === others) return;
    if (this.atTop && this.above === 0) void this.refresh();
    else if (this.choice.search === undefined && rows.length === count && !this.#counting) this.above += count - others;
    else void this.#countAbove();
  }

  // What a search finds, what of many fits though it is not listed, and what waited all along, only the station knows.
  async #countAbove(): Promise<void> {
    const choice = this.choice;
    this.#countsAsked += 1;
    const asked = this.#countsAsked;
    this.#counting = true;
    const now = await this.#station.command({ do: 'outline', filter: choice }).catch(() => null);
    // What arrived meanwhile has a count of its own.
    if (asked !== this.#countsAsked) return;
    this.#counting = false;
    if (!now || choice !== this.choice) return;
    // Rows that have left stay in view, but the station no longer counts them.
    const shown = this.total - this.#goneBefore(Infinity);
    this.above = Math.max(0, now.total - shown);
  }

  #shows(row: Row): boolean {
    const { caughtUp, todo, kind, channel } = this.choice;
    return (
      (!caughtUp || row.caughtUp) &&
      (!todo || this.#waits(row)) &&
      (kind === undefined || row.type === kind) &&
      (channel === undefined || (row.channel ?? '') === channel)
    );
  }

  #changeRead(ids: string[], read: boolean): void {
    if (ids.length === 0) return void this.reload();
    const changed = new Set(ids);
    this.#rewrite(
      (row) => changed.has(row.id),
      (row) => ({ ...row, read }),
    );
  }

  #change(ids: string[]): void {
    if (ids.length === 0) return void this.reload();
    for (const id of ids) this.#changed.add(id);
    void this.#readChanged();
  }

  // One at a time, so that an older answer never overwrites a newer one.
  async #readChanged(): Promise<void> {
    if (this.#readingChanged) return;
    this.#readingChanged = true;
    for (const id of this.#changed) {
      this.#changed.delete(id);
      const held = this.#holds(id);
      if (!held && !this.choice.todo) continue;
      const fresh = await this.#station.command({ do: 'open', id }).catch(() => null);
      if (!held) this.#givenBack(fresh);
      else if (fresh)
        this.#rewrite(
          (row) => row.id === id,
          () => fresh,
        );
      // Replaced by another one, or gone: the list itself is another.
      else void this.reload();
    }
    this.#readingChanged = false;
    this.#showEmptied();
  }

  // What somebody gives back waits again, like a new one.
  #givenBack(row: Row | null): void {
    if (!row || !this.#shows(row)) return;
    if (this.atTop && this.above === 0) void this.refresh();
    else void this.#countAbove();
  }

  // Of what is to do nothing is left: there is nobody's finger to move a row under.
  #showEmptied(): void {
    const held = [...this.#pages.values()].flat();
    if (!this.choice.todo || held.length === 0 || held.length < this.total) return;
    if (held.every((row) => this.#hasLeft(row))) void this.reload();
  }

  #holds(id: string): boolean {
    return [...this.#pages.values()].some((rows) => rows.some((row) => row.id === id));
  }

  #rewrite(which: (row: Row) => boolean, to: (row: Row) => Row): void {
    for (const [number, rows] of this.#pages) {
      if (rows.some(which)) {
        this.#pages.set(
          number,
          rows.map((row) => (which(row) ? to(row) : row)),
        );
      }
    }
  }
}
