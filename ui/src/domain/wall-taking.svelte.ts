import type { Detail, Row } from '../host/host';
import type { Station } from './station.svelte';

/** The question who takes it closes by itself, and nothing is taken. */
export const PROMPT_MS = 8000;
/** So long a card says what became of it, before it makes room. */
const SHOWN_MS = 6000;
/** Who has taken something by mistake notices soon; later the key would give back what somebody is at work on. */
const UNDO_MS = 10_000;
/** A press of undo that comes sooner is the one before, once more. */
const UNDO_APART_MS = 1000;

/** A card whose taking is under way: `asking` the station, `sent` to the hub, or `lost` to somebody else. */
export interface Hold {
  detail: Detail;
  phase: 'asking' | 'sent' | 'lost';
  since: number;
}

/** What a screen reader should hear of the last take. */
export interface Outcome {
  what: 'taken' | 'lost' | 'undone';
  row: Row;
}

interface Callbacks {
  /** Which cards are held has changed. */
  changed(): void;
  /** The hub agreed that it was taken here: its card leaves. */
  gone(id: string): void;
}

/** Taking orders from the wall: who takes it, what the hub says, and undoing the last one. */
export class WallTaking {
  /** The card that asks who takes it, since when and until when. */
  prompt = $state.raw<{ id: string; since: number; until: number } | null>(null);
  holds = $state.raw<ReadonlyMap<string, Hold>>(new Map());
  outcome = $state.raw<Outcome | null>(null);
  /** The last one taken from this wall, and when, unless it was undone or is somebody else's by now. */
  #last = $state.raw<{ id: string; at: number } | null>(null);
  #undoAgainAt = 0;

  constructor(
    private readonly station: Station,
    private readonly callbacks: Callbacks,
  ) {
    station.listen({
      event: (event) => {
        if (event.event === 'changed') void this.#check(event.ids, Date.now());
      },
      reopened: () => void this.#check([], Date.now()),
    });
  }

  ask(id: string, now: number): void {
    this.prompt = { id, since: now, until: now + PROMPT_MS };
  }

  /** The person is still choosing. */
  keepAsking(now: number): void {
    if (this.prompt) this.prompt = { ...this.prompt, until: now + PROMPT_MS };
  }

  stopAsking(): void {
    this.prompt = null;
  }

  /** Somebody leaves the question; the same key undoes, but not with the same press. */
  cancel(now: number): void {
    this.prompt = null;
    this.#undoAgainAt = now + UNDO_APART_MS;
  }

  /** Takes what is not held yet. Rejects with the station's fault; the card is then as before. */
  async take(detail: Detail, by: string | null, now: number): Promise<void> {
    this.prompt = null;
    const last = { id: detail.id, at: now };
    this.#last = last;
    this.#hold({ detail, phase: 'asking', since: now });
    try {
      await this.station.command({ do: 'take', id: detail.id, by });
    } catch (error) {
      if (this.#last === last) this.#last = null;
      this.#drop(detail.id);
      throw error;
    }
    if (this.holds.get(detail.id)?.phase === 'asking') this.#hold({ detail, phase: 'sent', since: now });
  }

  /** What undoing would give back: the last one taken here, as soon as the station knows of it, and not for long. */
  undoable(now: number): string | null {
    const last = this.#last;
    if (!last || now - last.at >= UNDO_MS || this.holds.get(last.id)?.phase === 'asking') return null;
    return last.id;
  }

  /**
   * Gives the last one back, unless somebody else has it by now. `released` is called with it before its card may
   * leave. Rejects with the station's fault; then nothing has changed.
   */
  async undo(now: number, released: (detail: Detail) => void): Promise<void> {
    const last = this.#last;
    if (!last || this.undoable(now) === null || now < this.#undoAgainAt) return;
    this.#undoAgainAt = now + UNDO_APART_MS;
    const detail = await this.station.command({ do: 'open', id: last.id });
    if (!detail.taken?.mine) return this.#forget(last.id);
    await this.station.command({ do: 'release', id: last.id });
    this.#forget(last.id);
    released(detail);
    this.#drop(last.id);
    this.outcome = { what: 'undone', row: detail };
  }

  /** Somebody else took a card while this computer was asking who takes it. */
  lose(detail: Detail, now: number): void {
    if (this.prompt?.id === detail.id) this.prompt = null;
    this.#hold({ detail, phase: 'lost', since: now });
    this.outcome = { what: 'lost', row: detail };
  }

  /** Time passes: questions close, and cards that have said what became of them make room. */
  tick(now: number): void {
    if (this.prompt && this.prompt.until <= now) this.prompt = null;
    const connected = this.station.snapshot?.link.state === 'connected';
    for (const { detail, phase, since } of this.holds.values()) {
      const said = phase === 'lost' || (phase === 'sent' && !connected);
      if (said && now - since >= SHOWN_MS) this.#drop(detail.id);
    }
  }

  /** The wall shows other cards from now on. */
  reset(): void {
    this.prompt = null;
    this.outcome = null;
    this.#last = null;
    this.holds = new Map();
  }

  async #check(changed: string[], now: number): Promise<void> {
    const watched = new Set([...this.holds.keys(), ...(this.#last ? [this.#last.id] : [])]);
    for (const id of watched) {
      if (changed.length > 0 && !changed.includes(id)) continue;
      const detail = await this.station.command({ do: 'open', id }).catch(() => null);
      this.#settle(id, detail, now);
    }
  }

  #settle(id: string, detail: Detail | null, now: number): void {
    const hold = this.holds.get(id);
    const taken = detail?.taken ?? null;
    // The change that our own asking brings may be told after this one.
    if (detail && !taken && hold?.phase === 'asking') return;
    if (!taken?.mine) this.#forget(id);
    if (!hold || hold.phase === 'lost') return;
    if (!detail || !taken) return this.#drop(id);
    if (!taken.mine) return this.lose(detail, now);
    if (taken.queued) return;
    this.callbacks.gone(id);
    this.#drop(id);
    this.outcome = { what: 'taken', row: detail };
  }

  #forget(id: string): void {
    if (this.#last?.id === id) this.#last = null;
  }

  #hold(hold: Hold): void {
    this.holds = new Map([...this.holds, [hold.detail.id, hold]]);
    this.callbacks.changed();
  }

  #drop(id: string): void {
    if (!this.holds.has(id)) return;
    this.holds = new Map([...this.holds].filter(([held]) => held !== id));
    this.callbacks.changed();
  }
}
