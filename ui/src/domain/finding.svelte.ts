import type { Station } from './station.svelte';

/** The station looks for two minutes each time; asked again before that is over. */
const RENEW_MS = 100_000;
/** Hubs answer within a second or two; before this, nothing found says nothing. */
const SOON_MS = 4000;

/** Looks for hubs on this network as long as somebody looks at the page. */
export class Finding {
  /** It was looked long enough to say that there is none; the search goes on. */
  long = $state(false);
  /** The search could not even begin. */
  failed = $state(false);
  readonly #station: Station;

  constructor(station: Station) {
    this.#station = station;
  }

  /** Begins; what it returns ends it. */
  look(): () => void {
    this.long = false;
    this.failed = false;
    const soon = setTimeout(() => (this.long = true), SOON_MS);
    const renewed = setInterval(() => void this.#ask(), RENEW_MS);
    void this.#ask();
    return () => {
      clearTimeout(soon);
      clearInterval(renewed);
    };
  }

  async #ask(): Promise<void> {
    this.failed = await this.#station.command({ do: 'findHubs' }).then(
      () => false,
      () => true,
    );
  }
}
