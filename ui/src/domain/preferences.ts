import type { NotificationType } from '../host/contract/NotificationType';
import type { ChannelPreferences, Row, Snapshot } from '../host/host';

/** From the mildest to the gravest, as they are shown everywhere. */
export const TYPES: readonly NotificationType[] = ['info', 'success', 'warning', 'error'];

/** How a channel asks for attention here; `null` stands for broadcasts. */
export function preferencesOf(snapshot: Snapshot, channel: string | null): ChannelPreferences {
  const { preferences } = snapshot.settings;
  const name = channel ?? '';
  // A channel may be called like something that every object has.
  const chosen = Object.hasOwn(preferences, name) ? preferences[name] : undefined;
  return chosen ?? (channel === null ? snapshot.standard.broadcasts : snapshot.standard.channel);
}

/** What has waited for so long is the history's. */
const TODO_FOR = 24 * 60 * 60 * 1000;

/**
 * Whether a notification waits for somebody to take charge of it. In a channel that was left nothing does: nobody would
 * tell this computer that somebody took it.
 */
export function waits(snapshot: Snapshot, row: Row, now: number): boolean {
  if (row.taken || row.expired || row.at <= now - TODO_FOR) return false;
  const followed = row.channel === null || snapshot.settings.channels.includes(row.channel);
  return followed && preferencesOf(snapshot, row.channel).expects;
}

const WATCH_AFTER = [1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60];
const LATE_AFTER = [2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 45, 60, 90, 120];
const LATEST = 480;

/** Minutes after which an order can be called to watch. */
export function watchChoices({ watchAfter }: ChannelPreferences): number[] {
  return ordered([...WATCH_AFTER, watchAfter]);
}

/** Minutes after which an order can be called late: only what comes later than the watching. */
export function lateChoices({ watchAfter, lateAfter }: ChannelPreferences): number[] {
  return ordered([...LATE_AFTER, lateAfter]).filter((minutes) => minutes > watchAfter);
}

/** Watches from a time on, and moves the lateness behind it if it has to. */
export function watchFrom(now: ChannelPreferences, watchAfter: number): Partial<ChannelPreferences> {
  if (now.lateAfter > watchAfter) return { watchAfter };
  const later = LATE_AFTER.find((minutes) => minutes > watchAfter);
  return { watchAfter, lateAfter: later ?? Math.min(LATEST, watchAfter * 2) };
}

/** Late from a time on, unless that is before it is to be watched. */
export function lateFrom(now: ChannelPreferences, lateAfter: number): Partial<ChannelPreferences> {
  return lateAfter > now.watchAfter ? { lateAfter } : {};
}

/** Lets a type alert or not; the types keep their order. */
export function alertOn(now: ChannelPreferences, type: NotificationType, on: boolean): Partial<ChannelPreferences> {
  return { types: TYPES.filter((one) => (one === type ? on : now.types.includes(one))) };
}

function ordered(minutes: number[]): number[] {
  return [...new Set(minutes)].sort((a, b) => a - b);
}
