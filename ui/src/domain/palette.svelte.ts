import type { FaultCode } from '../host/contract/FaultCode';
import { isFault, type Row } from '../host/host';
import { EVERYTHING } from './list.svelte';
import type { Station } from './station.svelte';
import { plain, wordsOf } from './words';

/** Between two keys of somebody who types. */
const TYPING_MS = 80;
/** More would push the rest of the palette out of view. */
const FOUND = 5;

/** Something that the palette offers: a place or an action. */
export interface Offer {
  label: string;
}

/** What is typed into the palette, and the notifications that the station finds for it. */
export class Palette {
  text = $state('');
  found = $state.raw<Row[]>([]);
  /** Why nothing could be looked for; `null`: what was found is all there is. */
  fault = $state<FaultCode | 'station' | null>(null);
  /** What is chosen, and where it was then; `null`: nobody has chosen yet. */
  #chosen = $state.raw<{ key: string; at: number } | null>(null);
  readonly #station: Station;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  #searching: Promise<void> | null = null;

  constructor(station: Station) {
    this.#station = station;
    this.found = station.snapshot?.latest.slice(0, 3) ?? [];
  }

  type(text: string): void {
    this.text = text;
    this.#chosen = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), TYPING_MS);
  }

  /** Until what is shown answers what is typed: whoever types fast means what they will see. */
  async answered(): Promise<void> {
    if (this.#timer !== undefined) this.#ask();
    await this.#searching;
  }

  /** Whether somebody has chosen among what is shown; else it is the first, whatever that will be. */
  get hasChosen(): boolean {
    return this.#chosen !== null;
  }

  choose(key: string, at: number): void {
    this.#chosen = { key, at };
  }

  /** The place of what is chosen among the entries with these keys: what is found later moves them. */
  chosenAmong(keys: string[]): number {
    const chosen = this.#chosen;
    if (!chosen) return 0;
    if (keys[chosen.at] === chosen.key) return chosen.at;
    return Math.max(0, keys.indexOf(chosen.key));
  }

  move(step: number, keys: string[]): void {
    const at = (this.chosenAmong(keys) + step + keys.length) % keys.length;
    const key = keys[at];
    if (key !== undefined) this.choose(key, at);
  }

  #ask(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#searching = this.#search();
  }

  async #search(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const filter = { ...EVERYTHING, search: this.text };
    let rows: Row[] = [];
    let fault: typeof this.fault = null;
    try {
      rows = await this.#station.command({ do: 'page', filter, offset: 0, limit: FOUND });
    } catch (error) {
      fault = isFault(error) ? error.code : 'station';
    }
    // What was typed meanwhile has an answer of its own.
    if (asked !== this.#asked) return;
    this.found = rows;
    this.fault = fault;
  }
}

/** The offers that fit what is typed, the best first. Case and accents do not matter. */
export function fitting<T extends Offer>(offers: T[], text: string): T[] {
  if (text.trim() === '') return offers;
  return offers
    .map((offer) => ({ offer, fit: fitOf(offer.label, text) }))
    .filter(({ fit }) => fit > 0)
    .toSorted((a, b) => b.fit - a.fit)
    .map(({ offer }) => offer);
}

/** 3: all words begin so; 2: it is in there somewhere; 1: its letters are, in their order; 0: not at all. */
function fitOf(label: string, text: string): number {
  const words = wordsOf(label);
  const asked = wordsOf(text);
  if (asked.length > 0 && asked.every((part) => words.some((word) => word.startsWith(part)))) return 3;
  const whole = plain(label);
  const letters = plain(text).replaceAll(/\s/g, '');
  if (whole.includes(plain(text).trim())) return 2;
  let at = 0;
  for (const letter of whole) if (letter === letters[at]) at += 1;
  return letters.length > 1 && at === letters.length ? 1 : 0;
}
