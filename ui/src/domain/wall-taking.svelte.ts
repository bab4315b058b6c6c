import type { Detail, Row } from '../host/host';
import type { Station } from './station.svelte';

/** The question who takes it closes by itself, and nothing is taken. */
export const PROMPT_MS = 8000;
/** So long a card says what became of it, before it makes room. */
const SHOWN_MS = 6000;
/** Older takes are not undone with one key: it might be pressed by mistake. */
const UNDO_MS = 15 * 60_000;

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
  /** The card that asks who takes it, until when. */
  prompt = $state.raw<{ id: string; until: number } | null>(null);
  holds = $state.raw<ReadonlyMap<string, Hold>>(new Map());
  outcome = $state.raw<Outcome | null>(null);
  /** The last one taken from here, as far as the station knows it. */
  #last = $state.raw<Row | null>(null);

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
    this.prompt = { id, until: now + PROMPT_MS };
  }

  /** The person is still choosing. */
  keepAsking(now: number): void {
    if (this.prompt) this.prompt = { ...this.prompt, until: now + PROMPT_MS };
  }

  stopAsking(): void {
    this.prompt = null;
  }

  /** Takes what is not held yet. Rejects with the station's fault; the card is then as before. */
  async take(detail: Detail, by: string | null, now: number): Promise<void> {
    this.prompt = null;
    this.#hold({ detail, phase: 'asking', since: now });
    try {
      await this.station.command({ do: 'take', id: detail.id, by });
    } catch (error) {
      this.#drop(detail.id);
      throw error;
    }
    if (this.holds.get(detail.id)?.phase === 'asking') this.#hold({ detail, phase: 'sent', since: now });
  }

  /** What undoing would give back: the last one that this computer took, not long ago. */
  undoable(taken: readonly Row[], now: number): Row | null {
    const ours = [...(this.#last ? [this.#last] : []), ...taken].filter(
      (row) => row.taken?.mine && now - row.taken.at < UNDO_MS,
    );
    return ours.toSorted((a, b) => (b.taken?.at ?? 0) - (a.taken?.at ?? 0))[0] ?? null;
  }

  async undo(row: Row): Promise<void> {
    await this.station.command({ do: 'release', id: row.id });
    if (this.#last?.id === row.id) this.#last = null;
    this.#drop(row.id);
    this.outcome = { what: 'undone', row };
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
    if (this.#last?.id === id) this.#last = taken?.mine ? detail : null;
    if (!hold || hold.phase === 'lost') return;
    // The change that our own asking brings may be told after this one.
    if (detail && !taken && hold.phase === 'asking') return;
    if (!detail || !taken) return this.#drop(id);
    if (!taken.mine) return this.lose(detail, now);
    this.#last = detail;
    if (taken.queued) return;
    this.callbacks.gone(id);
    this.#drop(id);
    this.outcome = { what: 'taken', row: detail };
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
