import type { QuietHours, Snapshot, Span } from '../host/host';

const DAY_MINUTES = 1440;
const STEP = 15;

/** Why no sound can be heard though sounds are wanted; `null`: as far as is known they are heard. */
export function silenceOf({ settings, sound }: Snapshot): 'no_device' | 'failing' | null {
  return settings.sounds && (sound === 'no_device' || sound === 'failing') ? sound : null;
}

/** What quiet hours start from: the night of a place that serves until late. */
export const NIGHT: Span = { from: 22 * 60 + 30, to: 9 * 60 };

/** Times of day to choose from, in minutes after midnight: every quarter of an hour, and what is set now. */
export function timesOfDay(now: number): number[] {
  const quarters = Array.from({ length: DAY_MINUTES / STEP }, (_, at) => at * STEP);
  return quarters.includes(now) ? quarters : [...quarters, now].sort((a, b) => a - b);
}

/** `22:30`. */
export function timeOfDay(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** A span that would end when it begins lasts a whole day: nobody who moves one end means that. */
export function beginAt(span: Span, from: number): Span {
  return { from, to: span.to === from ? (from + STEP) % DAY_MINUTES : span.to };
}

export function endAt(span: Span, to: number): Span {
  return { from: span.from === to ? (to + DAY_MINUTES - STEP) % DAY_MINUTES : span.from, to };
}

export function endsNextDay({ from, to }: Span): boolean {
  return to <= from;
}

/** The quiet hours with another span on one day, 0 for Monday. */
export function onDay(hours: QuietHours, day: number, span: Span | null): QuietHours {
  return { ...hours, days: hours.days.map((old, at) => (at === day ? span : old)) as QuietHours['days'] };
}

export function onEveryDay(hours: QuietHours, span: Span | null): QuietHours {
  return { ...hours, days: [span, span, span, span, span, span, span] };
}
