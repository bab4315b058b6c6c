import type { Detail } from '../host/host';

/** Cards on the wall: four by two, or two by four. */
export const SLOTS = 8;

/** A press that comes sooner was meant for the card that was there before. */
const SETTLES_MS = 500;

/** A place on the wall, what is in it, and since when. */
export interface Slot {
  id: string;
  since: number;
}

/**
 * The cards in their order. Those on the wall keep their places, so that nothing moves under a hand; what waits
 * behind them is oldest first. What a person has put back goes to where it was.
 */
export function arrange(
  shown: readonly string[],
  waiting: readonly Detail[],
  held: readonly Detail[],
  putBack: ReadonlySet<string>,
): Detail[] {
  const cards = new Map([...waiting, ...held].map((detail) => [detail.id, detail]));
  const placed = shown.flatMap((id) => cards.get(id) ?? []);
  const places = new Set(placed.map(({ id }) => id));
  const others = [...cards.values()].filter(({ id }) => !places.has(id)).toSorted(older);
  for (const detail of others.filter(({ id }) => putBack.has(id))) {
    const at = placed.findIndex((other) => older(detail, other) < 0);
    placed.splice(at < 0 ? placed.length : at, 0, detail);
  }
  return [...placed, ...others.filter(({ id }) => !putBack.has(id))];
}

/** The places after a change; a card that took the place of another has just come there. */
export function settle(before: readonly Slot[], ids: readonly string[], now: number): Slot[] {
  return ids.map((id, at) => {
    const slot = before[at];
    if (slot?.id === id) return slot;
    return { id, since: slot ? now : 0 };
  });
}

/** Whether a press at this place is meant for the card that is there. */
export function isSettled(slot: Slot, now: number): boolean {
  return now - slot.since >= SETTLES_MS;
}

function older(a: Detail, b: Detail): number {
  return a.at - b.at || a.row - b.row;
}
