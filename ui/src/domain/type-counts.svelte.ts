import type { NotificationType } from '../host/contract/NotificationType';
import type { Choice } from './list.svelte';
import { TYPES } from './preferences';
import type { Station } from './station.svelte';

/** After the last key: four more questions would only slow down somebody who types. */
const SETTLED_MS = 250;

/** How many of each type a list shows that is narrowed to one of them, or to none. */
export class TypeCounts {
  of = $state.raw<Partial<Record<NotificationType, number>>>({});
  readonly #station: Station;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(station: Station) {
    this.#station = station;
  }

  /** Counts anew, once the choice has stayed the same for a moment. */
  count(choice: Choice): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(choice), SETTLED_MS);
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.of = {};
  }

  async #ask(choice: Choice): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const counts = await Promise.all(
      TYPES.map((kind) => this.#station.command({ do: 'outline', filter: { ...choice, kind } })),
    ).catch(() => []);
    if (asked !== this.#asked) return;
    this.of = Object.fromEntries(TYPES.map((kind, at) => [kind, counts[at]?.total]));
  }
}
