import type { Pairing } from '../host/contract/Pairing';
import type { PairingWay } from '../host/contract/PairingWay';
import type { Snapshot } from '../host/host';
import type { Station } from './station.svelte';

/** Being let in at another computer's hub: asked for here, followed in the snapshots. */
export class Joining {
  /** It is in, at the hub that the settings name. */
  onJoined: (snapshot: Snapshot) => void = () => undefined;
  /** Given up, or its failure was read: not shown, whatever a late snapshot says. */
  #dismissed = $state(false);
  /** The station was at it when last heard. */
  #going = false;
  readonly #station: Station;

  constructor(station: Station) {
    this.#station = station;
    station.listen({
      event: (event) => {
        if (event.event === 'snapshot') this.#follow(event.snapshot);
      },
      reopened: () => {
        // Whether it was let in while nobody listened cannot be told from a station that was started again.
        this.#going = false;
        if (station.snapshot) this.#follow(station.snapshot);
      },
    });
  }

  /** How far it is; `null`: nobody asked, or nobody wants to know any more. */
  get progress(): Pairing | null {
    return this.#dismissed ? null : (this.#station.snapshot?.pairing ?? null);
  }

  /** Rejects with the station's fault; what becomes of it comes with the snapshots. */
  async ask(way: PairingWay, username: string): Promise<void> {
    await this.#station.command({ do: 'pair', way, username });
    this.#dismissed = false;
  }

  /** Gives up, or has read why it failed. Rejects with the station's fault. */
  async cancel(): Promise<void> {
    if (this.progress === null) return;
    this.#dismissed = true;
    this.#going = false;
    await this.#station.command({ do: 'cancelPairing' });
  }

  #follow({ pairing, settings }: Snapshot): void {
    const went = this.#going;
    this.#going = pairing !== null && pairing.is !== 'failed' && !this.#dismissed;
    if (pairing !== null) return;
    this.#dismissed = false;
    // A station that was started again in between has forgotten that it was asked.
    const { snapshot } = this.#station;
    if (went && settings.knownHub !== null && snapshot) this.onJoined(snapshot);
  }
}
