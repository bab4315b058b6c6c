/** Something that was done, and how to take it back. */
export interface Step {
  /** What was done, as a sentence. */
  readonly words: string;
  /** Whether it could be taken back; if not, it has changed meanwhile. */
  undo(): Promise<boolean>;
  /** After this instant it stands. */
  readonly until: number;
}

/** Nobody remembers more. */
const KEPT = 20;

/** The last things that the person did, the newest of which can be taken back first. */
export class Undo {
  #steps: Step[] = [];

  did(step: Step): void {
    this.#steps = [...this.#steps, step].slice(-KEPT);
  }

  /**
   * Takes back this step, or the last one. Answers which; `null`: there is nothing to take back; `changed`: what it did
   * is no longer so, and stays as it is.
   */
  async takeBack(now: number, chosen?: Step): Promise<Step | 'changed' | null> {
    this.#steps = this.#steps.filter((step) => step.until > now);
    const step = chosen ?? this.#steps.at(-1);
    if (!step || !this.#steps.includes(step)) return null;
    // Gone at once, so that a second press means the step before.
    const at = this.#steps.indexOf(step);
    this.#steps = this.#steps.toSpliced(at, 1);
    try {
      return (await step.undo()) ? step : 'changed';
    } catch (error) {
      // It still stands, and can be tried again.
      this.#steps = this.#steps.toSpliced(at, 0, step);
      throw error;
    }
  }
}
