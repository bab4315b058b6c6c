import type { FaultCode } from '../host/contract/FaultCode';
import { isFault, type Detail, type StationEvent } from '../host/host';
import type { Station } from './station.svelte';

/** A glance is not reading: the detail must stay open this long. */
const READ_AFTER_MS = 1000;

/** The notification whose detail is open. */
export class Reading {
  id = $state<string | null>(null);
  detail = $state.raw<Detail | null>(null);
  fault = $state<FaultCode | 'station' | null>(null);
  /** What is open is not in the history any more. */
  gone = $state(false);
  /** How its data is shown, if the person has said so for this one. */
  asJson = $state<boolean | null>(null);

  readonly #station: Station;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(station: Station) {
    this.#station = station;
    station.listen({ event: (event) => this.#receive(event), reopened: () => this.#askAgain() });
  }

  async open(id: string): Promise<void> {
    if (id === this.id && this.detail) return;
    clearTimeout(this.#timer);
    this.id = id;
    this.fault = null;
    this.gone = false;
    this.asJson = null;
    try {
      const detail = await this.#station.command({ do: 'open', id });
      if (this.id !== id) return;
      this.detail = detail;
      if (!detail.read) this.#timer = setTimeout(() => void this.#markSeen(), READ_AFTER_MS);
    } catch (error) {
      if (this.id !== id) return;
      this.detail = null;
      this.fault = isFault(error) ? error.code : 'station';
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.id = null;
    this.detail = null;
    this.fault = null;
    this.gone = false;
  }

  /** The station says with an event what became of it; nothing looks done before. */
  async toggleRead(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.detail) return;
    await this.#station.command({ do: 'markRead', ids: [this.detail.id], read: !this.detail.read });
  }

  async #markSeen(): Promise<void> {
    if (!this.detail) return;
    // Should it fail, the row stays unread, which is true; why storing fails is said above the list.
    await this.#station.command({ do: 'markRead', ids: [this.detail.id], read: true }).catch(() => null);
  }

  #receive(event: StationEvent): void {
    if (event.event === 'removed' && this.detail) return void this.#readAgain(this.detail.id);
    if ((event.event !== 'readChanged' && event.event !== 'changed') || !this.detail) return;
    const all = event.ids.length === 0;
    if (!all && !event.ids.includes(this.detail.id)) return;
    if (all || event.event === 'changed') void this.#readAgain(this.detail.id);
    else this.detail = { ...this.detail, read: event.read };
  }

  /** What happened to it meanwhile was told to nobody. */
  #askAgain(): void {
    if (this.detail) void this.#readAgain(this.detail.id);
    else if (this.id !== null && this.fault !== null) void this.open(this.id);
  }

  async #readAgain(id: string): Promise<void> {
    try {
      const detail = await this.#station.command({ do: 'open', id });
      if (this.detail?.id !== id) return;
      this.detail = detail;
      this.gone = false;
    } catch (error) {
      if (this.detail?.id === id) this.gone = isFault(error) && error.code === 'unknown_notification';
    }
  }
}
