import type { Settings } from '../host/host';

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
