import { digitOf } from './shortcuts';

export type WallKey = { digit: number } | 'leave' | 'left' | 'right' | 'up' | 'down';

export interface WallPress {
  key: string;
  /** Where the key is: digits need Shift on a French keyboard, and a number pad may be locked. */
  code: string;
  /** The key is held down. */
  repeat: boolean;
  /** With Ctrl, Alt or Meta. */
  modified: boolean;
}

/** Contacts of a bump bar chatter; nobody presses the same key again so soon. */
const CHATTER_MS = 250;

const KEYS: Record<string, WallKey> = {
  Escape: 'leave',
  F11: 'leave',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export function wallKeyOf({ key, code, repeat, modified }: WallPress): WallKey | null {
  if (modified) return null;
  const digit = digitOf({ key, code });
  if (digit !== null) return repeat ? null : { digit: Number(digit) };
  const found = KEYS[key] ?? null;
  return found === 'leave' && repeat ? null : found;
}

/** A press of a digit, and when. */
export interface LastPress {
  digit: number;
  at: number;
}

/** Whether a press is the same one once more: one press takes one order. */
export function isChatter(last: LastPress | null, digit: number, now: number): boolean {
  return last?.digit === digit && now - last.at < CHATTER_MS;
}
