import type { Settings } from '../host/host';

/** Somebody who may take an order at this computer; `by` is what the station is told. */
export interface Person {
  name: string;
  by: string | null;
}

/**
 * Who may take an order here. Several people: these names. One beside the computer's own: those two. Only if there
 * is a choice is anybody asked.
 */
export function peopleOf({ people, username }: Settings): Person[] {
  const names = new Set(people.map((name) => name.trim()).filter(Boolean));
  const listed = [...names].map((name) => ({ name, by: name }));
  const own = username.trim();
  return listed.length === 1 && own !== '' && !names.has(own) ? [{ name: own, by: null }, ...listed] : listed;
}
