import type { Language } from '../host/contract/Language';
import type { Strings } from '../strings/strings';

const LOCALE: Record<Language, string> = { fr: 'fr-FR', en: 'en-GB' };
const formats = new Map<string, Intl.DateTimeFormat>();

/** `12:06`. */
export function clockTime(at: number, language: Language): string {
  return format(language, { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** `12:06`, or with its day if that is not today: `le 19 nov. à 23:50`. */
export function moment(at: number, now: number, strings: Strings): string {
  const { day, time } = dayAndTime(at, now, strings.language);
  return day === null ? time : strings.text('time.on_day', { day, time });
}

/** `jusqu’à 12:06`, or with its day if that is not today: `jusqu’au 21 nov. à 08:07`. */
export function until(at: number, now: number, strings: Strings): string {
  const { day, time } = dayAndTime(at, now, strings.language);
  return day === null ? strings.text('time.until', { time }) : strings.text('time.until_day', { day, time });
}

function dayAndTime(at: number, now: number, language: Language): { day: string | null; time: string } {
  const today = new Date(at).toDateString() === new Date(now).toDateString();
  const day = today ? null : dayText(at, language, { day: 'numeric', month: 'short' });
  return { day, time: clockTime(at, language) };
}

/** `20 novembre 2026, 12:06:41`. */
export function fullTime(at: number, language: Language): string {
  const day = dayText(at, language, { day: 'numeric', month: 'long', year: 'numeric' });
  const time = format(language, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);
  return `${day}, ${time}`;
}

/** The heading of a day given as `2026-11-20`: today, yesterday, or its name. */
export function dayName(date: string, now: number, strings: Strings): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const midnight = new Date(year, month - 1, day);
  const today = new Date(now);
  const daysAgo = Math.round(
    (new Date(today.getFullYear(), today.getMonth(), today.getDate()).getTime() - midnight.getTime()) / 86_400_000,
  );
  if (daysAgo === 0) return strings.text('inbox.day.today');
  if (daysAgo === 1) return strings.text('inbox.day.yesterday');
  const sameYear = midnight.getFullYear() === today.getFullYear();
  const name = dayText(midnight.getTime(), strings.language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' as const }),
  });
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `Lundi`: 0 for Monday. */
export function weekdayName(day: number, language: Language): string {
  const FIRST_MONDAY = 5;
  const name = format(language, { weekday: 'long' }).format(new Date(1970, 0, FIRST_MONDAY + day));
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `2 h 26`, `26 min`, `41 s`: the same in both languages, with spaces that do not break. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}\u00a0s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}\u00a0min\u00a0${String(seconds % 60).padStart(2, '0')}\u00a0s`;
  const hours = Math.floor(minutes / 60);
  return `${hours}\u00a0h\u00a0${String(minutes % 60).padStart(2, '0')}`;
}

/** How long something has waited, to the minute: `0 min`, `8 min`, `2 h 05`. */
export function waited(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 60) return `${minutes}\u00a0min`;
  return duration(ms);
}

/** A day with its number: French says the first of a month as `1er`, which no format does. */
function dayText(at: number, language: Language, options: Intl.DateTimeFormatOptions): string {
  const parts = format(language, options).formatToParts(at);
  const first = ({ type, value }: Intl.DateTimeFormatPart) => language === 'fr' && type === 'day' && value === '1';
  return parts.map((part) => (first(part) ? '1er' : part.value)).join('');
}

function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(LOCALE[language], { hourCycle: 'h23', ...options });
    formats.set(key, made);
  }
  return made;
}
