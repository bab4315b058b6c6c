import type { Detail, Row, Snapshot, StationEvent, Wall as WallSettings } from '../host/host';
import type { Choices } from './choices';
import { preferencesOf, waits } from './preferences';
import type { Station } from './station.svelte';
import { ageOf } from './wall-age';
import { wallCardOf, type Reference } from './wall-card';
import { peopleOf } from './people';
import { arrange, isSettled, settle, SLOTS, type Slot } from './wall-slots';
import { WallTaking } from './wall-taking.svelte';

/** The station lists so many, each with all its data, and counts the others: those on the wall and some behind. */
const MOST = 40;
/** Between two questions to the station, however much arrives. */
const APART_MS = 200;
const RETRY_MS = 5000;
/** What waits for a day is the history's, which no event says. */
const ASK_AGAIN_MS = 60_000;

/** The view for a screen on the wall: what waits, oldest first, each card in its place. */
export class Wall {
  /** The first {@link SLOTS} are on the wall. */
  cards = $state.raw<Detail[]>([]);
  /** How many wait in all. */
  total = $state(0);
  /** The last few that somebody took, newest first, with what they are called. */
  taken = $state.raw<{ row: Row; reference: Reference | null }[]>([]);
  /** Whether the station has said what waits. */
  loaded = $state(false);
  /** The station did not answer: what is shown may be old. */
  failed = $state(false);

  readonly taking: WallTaking;
  readonly #station: Station;
  readonly #choices: Choices;
  #waiting: Detail[] = [];
  /** Behind which there are others that the station did not list; `null`: it listed all. */
  #newestListed = $state.raw<Detail | null>(null);
  #slots: Slot[] = [];
  readonly #putBack = new Set<string>();
  #references = new Map<string, Reference | null>();
  /** What of the settings the wall follows; `null`: there is no wall. */
  #watched: { channel: string | null; expectations: string } | null = null;
  /** Grows with what is watched: an answer about something else comes too late. */
  #watching = 0;
  /** Grows with what the wall learns of its cards itself: an answer that was asked for before is older than that. */
  #learned = 0;
  #busy = false;
  #again = false;
  #answeredAt = 0;
  #wake: () => void = () => {};

  constructor(station: Station, choices: Choices) {
    this.#station = station;
    this.#choices = choices;
    this.taking = new WallTaking(station, {
      changed: () => this.#arrange(Date.now()),
      gone: (id) => this.#knowWaiting(this.#waiting.filter((detail) => detail.id !== id)),
    });
    station.listen({
      event: (event) => this.#receive(event),
      reopened: () => this.#watch(station.snapshot, true),
    });
  }

  get isOpen(): boolean {
    return this.#watched !== null;
  }

  get shown(): Detail[] {
    return this.cards.slice(0, SLOTS);
  }

  /** How many wait and are not on the wall. */
  get more(): number {
    const onWall = this.shown.filter(({ id }) => !this.taking.holds.has(id)).length;
    return Math.max(0, this.total - onWall);
  }

  /** How many are late, of those that the station lists; `more`: of the others there may be some as well. */
  late(snapshot: Snapshot, now: number): { known: number; more: boolean } {
    const late = ({ at }: Detail, lateAfter: number) => ageOf(at, now, { watchAfter: 0, lateAfter }).stage === 'late';
    const listed = this.cards.filter(({ id }) => !this.taking.holds.has(id));
    const known = listed.filter((card) => late(card, preferencesOf(snapshot, card.channel).lateAfter)).length;
    // The others came after these; only their channels are not known.
    const soonest = Math.min(...this.#limits(snapshot));
    const more = this.#newestListed !== null && late(this.#newestListed, soonest);
    return { known, more };
  }

  /** Somebody wants the card at a place: takes it, or asks who. */
  async press(place: number, now: number): Promise<void> {
    const { snapshot } = this.#station;
    const detail = this.shown[place];
    const slot = this.#slots[place];
    if (!snapshot || !detail || !slot || !isSettled(slot, now) || this.taking.holds.has(detail.id)) return;
    const people = peopleOf(snapshot.settings);
    if (people.length > 1) return this.taking.ask(detail.id, now);
    await this.taking.take(detail, people[0]?.by ?? null, now);
  }

  /** The question of a card is answered. */
  async choose(by: string | null, now: number): Promise<void> {
    const detail = this.cards.find(({ id }) => id === this.taking.prompt?.id);
    if (detail) await this.taking.take(detail, by, now);
  }

  /** Gives the last one taken here back to its place. */
  async undo(now: number): Promise<void> {
    const watching = this.#watching;
    await this.taking.undo(now, (detail) => {
      if (watching === this.#watching) this.#putBackInPlace(detail);
    });
  }

  /** How people call it, if it was on this wall lately. */
  referenceOf(id: string): Reference | null {
    return this.#references.get(id) ?? null;
  }

  change(change: Partial<WallSettings>): Promise<void> {
    return this.#choices.change(({ wall }) => ({ wall: { ...wall, ...change } }));
  }

  /** Time passes, while the wall is shown. */
  tick(now: number): void {
    this.taking.tick(now);
    if (now - this.#answeredAt >= ASK_AGAIN_MS) void this.#refresh();
  }

  #receive(event: StationEvent): void {
    if (event.event === 'snapshot') this.#watch(event.snapshot, false);
    else if (this.#watched === null) return;
    else if (event.event === 'arrived' || event.event === 'changed' || event.event === 'removed') void this.#refresh();
  }

  /** Follows the settings: whether there is a wall, of what, and where somebody is expected. */
  #watch(snapshot: Snapshot | null, afresh: boolean): void {
    if (!snapshot) return;
    const { wall, preferences } = snapshot.settings;
    const before = this.#watched;
    const expectations = JSON.stringify([preferences, snapshot.standard]);
    this.#watched = wall.open ? { channel: wall.channel, expectations } : null;
    const moved = before?.channel !== this.#watched?.channel;
    if (moved) this.#clear();
    if (!this.#watched || (!moved && !afresh && before?.expectations === expectations)) return;
    void this.#refresh();
    this.#wake();
  }

  #clear(): void {
    this.#watching += 1;
    this.#waiting = [];
    this.#newestListed = null;
    this.#slots = [];
    this.#putBack.clear();
    this.cards = [];
    this.total = 0;
    this.taken = [];
    this.loaded = false;
    this.failed = false;
    this.taking.reset();
  }

  /** Asks what waits; what happens meanwhile is one question more, a little later. */
  async #refresh(): Promise<void> {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    while (this.#again && this.#watched !== null) {
      this.#again = false;
      await this.#load();
      if (this.failed) this.#again = true;
      await this.#pause(this.failed ? RETRY_MS : APART_MS);
    }
    this.#busy = false;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resume) => {
      const timer = setTimeout(resume, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resume();
      };
    });
  }

  async #load(): Promise<void> {
    const [watching, learned] = [this.#watching, this.#learned];
    const channel = this.#watched?.channel ?? null;
    try {
      const { cards, total, taken } = await this.#station.command({ do: 'waiting', channel, limit: MOST });
      const newest = total > cards.length ? (cards.at(-1) ?? null) : null;
      const listed = [...cards, ...(newest ? await this.#unlisted(cards, newest) : [])];
      const named = await this.#name(taken, listed);
      if (watching !== this.#watching) return;
      if (learned !== this.#learned) {
        this.#again = true;
        return;
      }
      this.#answeredAt = Date.now();
      this.#waiting = listed;
      this.#newestListed = newest;
      this.total = total;
      this.taken = taken.map((row, at) => ({ row, reference: named[at] ?? null }));
      this.loaded = true;
      this.failed = false;
      this.#closeQuestion(taken);
      this.#arrange(Date.now());
    } catch {
      if (watching === this.#watching) this.failed = true;
    }
  }

  /** Cards on the wall that wait on, behind more than the station lists: an outage can hold back many that are older. */
  async #unlisted(cards: Detail[], { at }: Detail): Promise<Detail[]> {
    const ids = new Set(cards.map(({ id }) => id));
    const asked = this.shown.filter((card) => card.at >= at && !ids.has(card.id) && !this.taking.holds.has(card.id));
    const open = ({ id }: Detail) => this.#station.command({ do: 'open', id }).catch(() => null);
    const details = (await Promise.all(asked.map(open))).filter((detail) => detail !== null);
    const { snapshot } = this.#station;
    return snapshot ? details.filter((detail) => waits(snapshot, detail, Date.now())) : [];
  }

  /** Minutes after which what may be on this wall is late, one for each channel. */
  #limits(snapshot: Snapshot): number[] {
    const channel = this.#watched?.channel ?? null;
    const all = [...Object.values(snapshot.settings.preferences), ...Object.values(snapshot.standard)];
    const shown = channel === null ? all : [preferencesOf(snapshot, channel)];
    return shown.map(({ lateAfter }) => lateAfter);
  }

  /** What was taken is called as its card was; of what this wall never showed, the station is asked. */
  async #name(taken: Row[], cards: Detail[]): Promise<(Reference | null)[]> {
    const references = new Map(cards.map(({ id, data }) => [id, wallCardOf(data).reference]));
    for (const { id } of taken) {
      if (!references.has(id)) references.set(id, this.#references.get(id) ?? (await this.#askReference(id)));
    }
    this.#references = references;
    return taken.map(({ id }) => references.get(id) ?? null);
  }

  async #askReference(id: string): Promise<Reference | null> {
    const detail = await this.#station.command({ do: 'open', id }).catch(() => null);
    return detail ? wallCardOf(detail.data).reference : null;
  }

  /** A card that asks who takes it, and waits no longer, says who was faster. */
  #closeQuestion(taken: Row[]): void {
    const id = this.taking.prompt?.id;
    const asking = this.cards.find((card) => card.id === id);
    if (!asking || this.#waiting.some((card) => card.id === id)) return;
    const row = taken.find((one) => one.id === id);
    if (row) this.taking.lose({ ...asking, taken: row.taken }, Date.now());
    else this.taking.stopAsking();
  }

  #knowWaiting(waiting: Detail[]): void {
    this.#learned += 1;
    this.#waiting = waiting;
  }

  #putBackInPlace(detail: Detail): void {
    this.#putBack.add(detail.id);
    this.#knowWaiting([...this.#waiting.filter(({ id }) => id !== detail.id), { ...detail, taken: null }]);
    this.#arrange(Date.now());
  }

  #arrange(now: number): void {
    const before = this.#slots.map(({ id }) => id);
    const held = [...this.taking.holds.values()].map(({ detail }) => detail);
    this.cards = arrange(before, this.#waiting, held, this.#putBack);
    for (const { id } of this.cards) this.#putBack.delete(id);
    this.#slots = settle(
      this.#slots,
      this.shown.map(({ id }) => id),
      now,
    );
  }
}
