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
    clearTimeout(this.#timer);
    this.#ask();
  }

  #ask(): void {
    const search = this.text.trim() === '' ? undefined : this.text;
    if (search !== this.#list.choice.search) void this.#list.narrow({ search });
  }
}
