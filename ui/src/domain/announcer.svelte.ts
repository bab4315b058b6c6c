import type { CatchUp } from '../host/contract/CatchUp';
import type { Row } from '../host/host';
import type { Strings } from '../strings/strings';

/** A screen reader must be able to finish a sentence before the next one. */
const QUIET_MS = 5000;
/** A catch-up that has not grown for so long is over. */
const SETTLED_MS = 1500;

/**
 * What a screen reader is told: politely one new notification, or how many came since it last spoke; an error at once,
 * whatever else is being read. Of several errors that come together the newest is said, and the others are counted.
 */
export class Announcer {
  words = $state('');
  /** The latest error, for as long as it takes to say it. */
  alarm = $state('');
  #waiting = 0;
  #caughtUp = 0;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #raised: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly strings: () => Strings) {}

  /** What was missed is not announced here: `caughtUp` says it all at once. */
  arrived(rows: Row[], count: number): void {
    const live = rows.filter((row) => !row.caughtUp);
    const error = live.find((row) => row.type === 'error');
    if (error) this.#raise(error);
    const others = live.filter((row) => row !== error);
    // Of many only the newest are listed; the others came with them.
    const unlisted = live.length < rows.length ? 0 : count - rows.length;
    this.#live(others, others.length + unlisted);
  }

  /** Says once what an outage had held back, when nothing more of it comes. */
  caughtUp(catchUp: CatchUp | null): void {
    const count = catchUp?.count ?? 0;
    if (count === this.#caughtUp) return;
    this.#caughtUp = count;
    clearTimeout(this.#settling);
    if (count > 0) {
      this.#settling = setTimeout(() => {
        const words = this.strings().count('catchup.title', count);
        this.words = words;
        setTimeout(() => this.#forget(words), QUIET_MS);
      }, SETTLED_MS);
    }
  }

  #raise(row: Row): void {
    clearTimeout(this.#raised);
    this.alarm = this.#one(row);
    this.#raised = setTimeout(() => (this.alarm = ''), QUIET_MS);
  }

  #live(rows: Row[], count: number): void {
    if (count === 0) return;
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

  // The same sentence once more is only read if it comes anew.
  #forget(words: string): void {
    if (this.words === words) this.words = '';
  }

  #say(words: string): void {
    this.words = words;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const waiting = this.#waiting;
      this.#waiting = 0;
      if (waiting > 0) return this.#say(this.strings().count('a11y.live_many', waiting));
      this.#forget(words);
    }, QUIET_MS);
  }
}
