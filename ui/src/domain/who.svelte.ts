import type { Row, Settings } from '../host/host';

/** Somebody who has walked away takes nothing. */
const OPEN_MS = 8000;

/** Asks who takes charge, on a computer that several people use. */
export class Who {
  /** What is to be taken; `null`: nobody is asked. */
  row = $state.raw<Row | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  ask(row: Row): void {
    clearTimeout(this.#timer);
    this.row = row;
    this.#timer = setTimeout(() => this.close(), OPEN_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.row = null;
  }
}

/** Who may take charge here, this computer's own name first; `by` is what the station is told. */
export function peopleOf({ username, people }: Settings): { name: string; by: string | null }[] {
  if (people.length === 0) return [];
  const others = people.filter((name) => name !== username).map((name) => ({ name, by: name }));
  return username === '' ? others : [{ name: username, by: null }, ...others];
}
