import type { NotificationList } from './list.svelte';

/** Between two keys of somebody who types. */
const TYPING_MS = 80;

/** What is searched in the list, as it is typed. */
export class Search {
  text = $state('');
  readonly #list: NotificationList;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(list: NotificationList) {
    this.#list = list;
  }

  type(text: string): void {
    this.text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), TYPING_MS);
  }

  clear(): void {
    this.text = '';
    this.#ask();
  }

  /** The list shows all words again, whoever asked for that: nothing is searched any more. */
  forget(): void {
    if (this.#timer === undefined) this.text = '';
  }

  #ask(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const search = this.text.trim() === '' ? undefined : this.text;
    if (search !== this.#list.choice.search) void this.#list.narrow({ search });
  }
}
