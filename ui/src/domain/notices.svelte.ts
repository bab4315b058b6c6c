const SHOWN_MS = 10_000;

export interface Notice {
  text: string;
  action?: { label: string; run(): void };
}

/** One passing message at a time, with at most one thing to do about it. */
export class Notices {
  current = $state.raw<Notice | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(notice: Notice): void {
    clearTimeout(this.#timer);
    this.current = notice;
    this.#timer = setTimeout(() => this.dismiss(), SHOWN_MS);
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.current = null;
  }
}
