import type { OfferState } from '../host/contract/OfferState';
import type { PairingOffer } from '../host/contract/PairingOffer';
import type { Snapshot } from '../host/host';
import type { Station } from './station.svelte';

export type Caller = Extract<OfferState, { is: 'asking' }>;

/** A computer that knows the code asks to come in: whoever sits here answers, whatever they look at. */
export class Doorbell {
  /** The question was put aside; the hub's page still asks it. */
  #aside = $state(false);
  /** Somebody came in just now. */
  onAccepted: (device: string) => void = () => undefined;
  #before: PairingOffer | null = null;
  readonly #station: Station;

  constructor(station: Station) {
    this.#station = station;
    station.listen({
      event: (event) => {
        if (event.event === 'snapshot') this.#follow(event.snapshot);
      },
      reopened: () => {
        if (station.snapshot) this.#follow(station.snapshot);
      },
    });
  }

  /** Who asks; `null`: nobody. */
  get caller(): Caller | null {
    const { snapshot } = this.#station;
    const state = snapshot && offerOf(snapshot)?.state;
    return state?.is === 'asking' ? state : null;
  }

  /** Whether the question stands over everything else. */
  get rings(): boolean {
    return this.caller !== null && !this.#aside;
  }

  putAside(): void {
    this.#aside = true;
  }

  /** Rejects with the station's fault; the question then stays on the hub's page. */
  async answer(accept: boolean): Promise<void> {
    this.#aside = true;
    await this.#station.command({ do: 'answerPairing', accept });
  }

  #follow(snapshot: Snapshot): void {
    const now = offerOf(snapshot);
    const before = this.#before;
    this.#before = now;
    // Another computer is another question.
    if (now?.state.is !== 'asking' || !sameCaller(now.state, before?.state)) this.#aside = false;
    if (now?.state.is === 'accepted' && before && before.state.is !== 'accepted') this.onAccepted(now.state.deviceName);
  }
}

function offerOf({ hostedHub }: Snapshot): PairingOffer | null {
  return hostedHub.state === 'on' ? hostedHub.offer : null;
}

const sameCaller = (a: OfferState, b: OfferState | undefined) => JSON.stringify(a) === JSON.stringify(b);
