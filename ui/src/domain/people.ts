import type { Settings } from '../host/host';

/** As many as the station takes. */
export const MOST_PEOPLE = 20;

/** The people of a computer with one more; names that differ in case only are the same person. */
export function withPerson(people: readonly string[], typed: string): string[] | 'blank' | 'twice' | 'full' {
  const name = typed.trim();
  if (name === '') return 'blank';
  if (people.some((one) => one.toLowerCase() === name.toLowerCase())) return 'twice';
  return people.length >= MOST_PEOPLE ? 'full' : [...people, name];
}

/** Somebody who may take an order at this computer; `by` is what the station is told. */
export interface Person {
  name: string;
  by: string | null;
}

/** Who may take an order here, this computer's own name first, which needs no saying. Only a choice is asked for. */
export function peopleOf({ people, username }: Settings): Person[] {
  const own = username.trim();
  const names = new Set(people.map((name) => name.trim()).filter((name) => name !== '' && name !== own));
  const others = [...names].map((name) => ({ name, by: name }));
  return own === '' ? others : [{ name: own, by: null }, ...others];
}
