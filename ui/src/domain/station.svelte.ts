import type { Command, Host, ReplyOf, Snapshot, StationEvent } from '../host/host';

/** Between two questions to a station that did not answer. */
const RETRY_MS = 2000;

export interface StationListener {
  event?(event: StationEvent): void;
  /** Events may have been missed: ask again for what is shown. */
  reopened?(): void;
}

/** The station as the UI sees it: its latest snapshot, its events, and its commands. */
export class Station {
  snapshot = $state.raw<Snapshot | null>(null);
  /** The station itself is silent: what is shown may be old. */
  lost = $state(false);

  readonly #host: Host;
  readonly #listeners = new Set<StationListener>();
  #snapshotsSeen = 0;
  /** Grows each time events begin or end: an answer from before says nothing any more. */
  #openings = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  start(): void {
    this.#host.listen({
      event: (event) => this.#receive(event),
      opened: () => void this.#open(),
      lost: () => this.#lose(),
    });
  }

  listen(listener: StationListener): void {
    this.#listeners.add(listener);
  }

  command<C extends Command>(command: C): Promise<ReplyOf<C>> {
    return this.#host.command(command);
  }

  #lose(): void {
    this.#openings += 1;
    clearTimeout(this.#retry);
    this.lost = true;
  }

  async #open(): Promise<void> {
    clearTimeout(this.#retry);
    this.#openings += 1;
    const opening = this.#openings;
    const seen = this.#snapshotsSeen;
    try {
      const snapshot = await this.#host.command({ do: 'snapshot' });
      if (opening !== this.#openings) return;
      // An event that came meanwhile is newer than this reply.
      if (seen === this.#snapshotsSeen) this.snapshot = snapshot;
    } catch {
      if (opening !== this.#openings) return;
      this.lost = true;
      this.#retry = setTimeout(() => void this.#open(), RETRY_MS);
      return;
    }
    this.lost = false;
    for (const listener of this.#listeners) listener.reopened?.();
  }

  #receive(event: StationEvent): void {
    if (event.event === 'snapshot') {
      this.#snapshotsSeen += 1;
      this.snapshot = event.snapshot;
    }
    for (const listener of this.#listeners) listener.event?.(event);
  }
}
