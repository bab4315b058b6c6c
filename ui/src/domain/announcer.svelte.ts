import type { Row } from '../host/host';
import type { Strings } from '../strings/strings';

/** A screen reader must be able to finish a sentence before the next one. */
const QUIET_MS = 5000;

/** What the polite live region says: one new notification, or how many came since it last spoke. */
export class Announcer {
  words = $state('');
  #waiting = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly strings: () => Strings) {}

  arrived(rows: Row[], count: number): void {
    if (this.#timer !== undefined) {
      this.#waiting += count;
      return;
    }
    const [row] = rows;
    this.#say(count === 1 && row ? this.#one(row) : this.strings().count('a11y.live_many', count));
  }

  #one(row: Row): string {
    const strings = this.strings();
    return strings.text('a11y.live_new', { type: strings.text(`type.${row.type}`), title: row.title });
  }

  #say(words: string): void {
    this.words = words;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const waiting = this.#waiting;
      this.#waiting = 0;
      if (waiting > 0) this.#say(this.strings().count('a11y.live_many', waiting));
    }, QUIET_MS);
  }
}
