import { SvelteSet } from 'svelte/reactivity';
import type { Detail, Row } from '../host/host';
import type { Station } from './station.svelte';

/** Who is in charge of what: what this window asked for, and whether the hub agreed. */
export class Charge {
  /** The notifications of which the station has not answered yet. */
  readonly asking = new SvelteSet<string>();
  /** Those that somebody else had taken first, so that it can be said plainly. */
  lost = $state.raw<ReadonlySet<string>>(new Set());
  /** Called when the hub says that somebody else was first. */
  onLost: (detail: Detail) => void = () => {};

  readonly #station: Station;
  /** Taken here; the hub has not said yet who was first. */
  readonly #open = new Set<string>();

  constructor(station: Station) {
    this.#station = station;
    station.listen({
      event: (event) => {
        if (event.event === 'changed') void this.#check(event.ids);
      },
      reopened: () => void this.#check([]),
    });
  }

  /**
   * Whether it was asked for: not twice at once, and not what somebody has. `by` is one of the people who use this
   * computer, `null` whoever it belongs to.
   */
  async take(row: Row, by: string | null = null): Promise<boolean> {
    if (this.asking.has(row.id) || row.taken !== null) return false;
    this.#open.add(row.id);
    try {
      await this.#ask({ do: 'take', id: row.id, by });
    } catch (error) {
      // Nothing was asked for, so nobody can be faster.
      this.#open.delete(row.id);
      throw error;
    }
    return true;
  }

  /** Whether it was asked for. */
  async release(id: string): Promise<boolean> {
    if (this.asking.has(id)) return false;
    this.#open.delete(id);
    await this.#ask({ do: 'release', id });
    return true;
  }

  /** Gives back what was taken here, unless somebody else has it by now. Whether it did. */
  async undo(id: string): Promise<boolean> {
    const { taken } = await this.#station.command({ do: 'open', id });
    return taken?.mine === true && this.release(id);
  }

  /** Takes again what was given back here, unless somebody has it by now. Whether it did. */
  async takeAgain(id: string, by: string | null): Promise<boolean> {
    return this.take(await this.#station.command({ do: 'open', id }), by);
  }

  async #ask(command: { do: 'take'; id: string; by: string | null } | { do: 'release'; id: string }): Promise<void> {
    const { id } = command;
    this.asking.add(id);
    this.#forgetLost(id);
    try {
      await this.#station.command(command);
    } finally {
      this.asking.delete(id);
    }
  }

  async #check(changed: string[]): Promise<void> {
    const ids = [...this.#open].filter((id) => changed.length === 0 || changed.includes(id));
    for (const id of ids) {
      const asking = this.asking.has(id);
      const detail = await this.#station.command({ do: 'open', id }).catch(() => null);
      // The change that our own asking brings may be told after this one.
      if (!detail?.taken && (asking || this.asking.has(id))) continue;
      if (!detail || detail.taken?.queued || !this.#open.delete(id)) continue;
      if (detail.taken && !detail.taken.mine) {
        this.lost = new Set([...this.lost, id]);
        this.onLost(detail);
      }
    }
  }

  #forgetLost(id: string): void {
    this.lost = new Set([...this.lost].filter((one) => one !== id));
  }
}
