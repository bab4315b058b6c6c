import type { ChannelPreferences } from '../host/host';

export type Stage = 'ok' | 'watch' | 'late';

export interface Age {
  stage: Stage;
  /** How much of the stage is over, 0 to 1; a late order has no further stage to fill. */
  progress: number;
}

type Thresholds = Pick<ChannelPreferences, 'watchAfter' | 'lateAfter'>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long an order has waited, against what its channel allows. */
export function ageOf(at: number, now: number, { watchAfter, lateAfter }: Thresholds): Age {
  const minutes = waitedSeconds(at, now) / 60;
  if (minutes >= lateAfter) return { stage: 'late', progress: 0 };
  if (minutes >= watchAfter) {
    return { stage: 'watch', progress: (minutes - watchAfter) / (lateAfter - watchAfter) };
  }
  return { stage: 'ok', progress: minutes / watchAfter };
}

/** `4:12`, `1:04:12`. */
export function waitedText(at: number, now: number): string {
  const seconds = waitedSeconds(at, now);
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours > 0 ? `${hours}:${two(minutes % 60)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

// Whole seconds on both sides, so that each tick of a second clock adds one. A hub's clock may be ahead of ours.
function waitedSeconds(at: number, now: number): number {
  return Math.max(0, Math.floor(now / 1000) - Math.floor(at / 1000));
}

const SHIFTS = [
  [0, 0],
  [2, 0],
  [2, 2],
  [0, 2],
] as const;

/** Where the picture stands, in pixels: it moves a little each hour, so that nothing burns into the screen. */
export function shiftAt(now: number): readonly [x: number, y: number] {
  return SHIFTS[Math.floor(now / HOUR) % SHIFTS.length] ?? SHIFTS[0];
}
