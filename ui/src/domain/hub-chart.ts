const MINUTE = 60_000;

export const CHART = { width: 600, height: 56, top: 6, base: 52.5 };

export interface Chart {
  /** The `d` of the line. */
  path: string;
  /** The fullest minute, the latest of several; `null`: there was nothing. */
  peak: { count: number; at: number; x: number; y: number } | null;
  from: number;
  to: number;
}

/** The notifications of each minute as a line; the last minute is the one before `now`. */
export function chartOf(perMinute: readonly number[], now: number): Chart {
  const last = perMinute.length - 1;
  const most = Math.max(0, ...perMinute);
  const x = (at: number) => round(last > 0 ? (at / last) * CHART.width : 0);
  const y = (count: number) => round(CHART.base - (count / Math.max(1, most)) * (CHART.base - CHART.top));
  const path = perMinute.map((count, at) => `${at === 0 ? 'M' : 'L'}${x(at)} ${y(count)}`).join('');
  const at = perMinute.lastIndexOf(most);
  const peak = most > 0 ? { count: most, at: now - (last - at) * MINUTE, x: x(at), y: y(most) } : null;
  return { path, peak, from: now - perMinute.length * MINUTE, to: now };
}

const round = (value: number) => Math.round(value * 10) / 10;
