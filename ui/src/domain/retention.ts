import type { Strings } from '../strings/strings';

const UNITS = { fr: ['o', 'Ko', 'Mo', 'Go', 'To'], en: ['B', 'KB', 'MB', 'GB', 'TB'] };
const OFFERED = [7, 30, 90, 365];
const OFFERED_COUNTS = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/** How long notifications can be kept, in days: what is offered, and what is set now. */
export function retentionChoices(now: number): number[] {
  return [...new Set([...OFFERED, now])].sort((a, b) => a - b);
}

/** How many notifications can be kept at most: what is offered, and what is set now. */
export function countChoices(now: number): number[] {
  return [...new Set([...OFFERED_COUNTS, now])].sort((a, b) => a - b);
}

/** `3,1 Mo`: in thousands, as file managers count, and with a space that does not break. */
export function fileSize(bytes: number, strings: Strings): string {
  const units = UNITS[strings.language];
  let unit = 0;
  let size = bytes;
  // From 999.5 on it would be written as 1000 of the smaller unit.
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const rounded = size >= 10 || unit === 0 ? Math.round(size) : Math.round(size * 10) / 10;
  return `${strings.number(rounded)}\u00a0${units[unit]}`;
}
