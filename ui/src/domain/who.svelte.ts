import type { Row } from '../host/host';

/** Somebody who has walked away takes nothing. */
const OPEN_MS = 8000;

/** Asks who takes charge, on a computer that several people use. */
export class Who {
  /** What is to be taken; `null`: nobody is asked. */
  row = $state.raw<Row | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  ask(row: Row): void {
    this.row = row;
    this.keepAsking();
  }

  /** The person is still choosing. */
  keepAsking(): void {
    clearTimeout(this.#timer);
    if (this.row) this.#timer = setTimeout(() => this.close(), OPEN_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.row = null;
  }
}
