import type { Draft, QueuedDraft } from '../host/host';
import type { SendForm } from './send.svelte';
import type { Station } from './station.svelte';

/** As many drafts as the station lists; of more it tells the number only. */
const LISTED = 50;

/** What a person sent and the hub does not have yet, or does not want. */
export class SendQueue {
  /** Called when something that had waited is not tried again. */
  onRefused: () => void = () => {};

  readonly #station: Station;
  readonly #form: SendForm;
  #knownRefusals: Set<number> | null = null;

  constructor(station: Station, form: SendForm) {
    this.#station = station;
    this.#form = form;
    station.listen({ event: (event) => event.event === 'snapshot' && this.#watch(), reopened: () => this.#watch() });
  }

  /** Those the hub did not want, or may have already: they are not tried again. */
  get refused(): QueuedDraft[] {
    return this.#drafts.filter(({ refused }) => refused.length > 0);
  }

  get waiting(): QueuedDraft[] {
    return this.#drafts.filter(({ refused }) => refused.length === 0);
  }

  /** How many wait beyond those listed. What a person takes is in the station's count, but not among the drafts. */
  get unlisted(): number {
    const count = this.#station.snapshot?.outbox.count ?? 0;
    return this.#drafts.length < LISTED ? 0 : Math.max(0, count - this.#drafts.length);
  }

  get size(): number {
    return this.#drafts.length + this.unlisted;
  }

  /** Everything that goes to the hub once it is back, also what a person takes. */
  get pending(): number {
    return Math.max(0, (this.#station.snapshot?.outbox.count ?? 0) - this.refused.length);
  }

  /** Takes a draft back into the form, unless that would overwrite another text: then false. */
  async edit({ number, refused }: QueuedDraft): Promise<boolean> {
    if (!this.#form.empty) return false;
    this.#form.load(await this.#unqueue(number), refused);
    return true;
  }

  /** Takes a draft out for good. The answer puts it back, and says what the hub has against it. */
  async withdraw({ number }: QueuedDraft): Promise<() => Promise<string[]>> {
    const draft = await this.#unqueue(number);
    return () => this.#putBack(draft);
  }

  async #unqueue(number: number): Promise<Draft> {
    const { outcome } = this.#form;
    // Gone from the outbox, it would else count as sent.
    if (outcome?.is === 'queued' && outcome.number === number) this.#form.outcome = null;
    return this.#station.command({ do: 'unqueue', number });
  }

  async #putBack(draft: Draft): Promise<string[]> {
    let refused: string[] = [];
    let stored = false;
    try {
      const sent = await this.#station.command({ do: 'send', draft });
      if (sent.outcome === 'refused') refused = sent.errors;
      else stored = true;
    } finally {
      if (!stored && this.#form.empty) this.#form.load(draft, refused);
    }
    return refused;
  }

  #watch(): void {
    const refused = new Set(this.refused.map(({ number }) => number));
    const known = this.#knownRefusals;
    this.#knownRefusals = refused;
    if (known && [...refused].some((number) => !known.has(number))) this.onRefused();
  }

  get #drafts(): QueuedDraft[] {
    return this.#station.snapshot?.outbox.drafts ?? [];
  }
}
