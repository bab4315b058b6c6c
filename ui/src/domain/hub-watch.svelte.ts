import type { HubOverview } from '../host/host';
import type { Station } from './station.svelte';

const EVERY_MS = 2000;

/** What is going on at the hub hosted here, asked for again and again while somebody looks. */
export class HubWatch {
  overview = $state.raw<HubOverview | null>(null);
  /** When `overview` came. */
  at = $state(0);
  /** The last question was not answered: `overview` is old. */
  failed = $state(false);
  readonly #station: Station;
  #asked = 0;

  constructor(station: Station) {
    this.#station = station;
  }

  /** Begins; what it returns ends it. */
  look(): () => void {
    let looking = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const round = async () => {
      await this.ask();
      if (looking) timer = setTimeout(() => void round(), EVERY_MS);
    };
    void round();
    return () => {
      looking = false;
      clearTimeout(timer);
    };
  }

  /** Asks at once, because something was changed. */
  async ask(): Promise<void> {
    const asked = (this.#asked += 1);
    try {
      const overview = await this.#station.command({ do: 'hubOverview' });
      // An answer to an earlier question says what was before.
      if (asked !== this.#asked) return;
      this.overview = overview;
      this.at = Date.now();
      this.failed = false;
    } catch {
      if (asked === this.#asked) this.failed = true;
    }
  }

  /** The hub is not the one any more of which this told. */
  forget(): void {
    this.#asked += 1;
    this.overview = null;
    this.failed = false;
  }
}
