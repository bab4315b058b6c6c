export type Action =
  | 'next'
  | 'previous'
  | 'back'
  | 'take'
  | 'toggleRead'
  | 'markAllRead'
  | 'copyJson'
  | 'scrollDown'
  | 'scrollUp'
  | 'showAll'
  | 'showUnread'
  | 'compose'
  | 'submit'
  | 'help';

export interface KeyPress {
  key: string;
  ctrl: boolean;
  shift: boolean;
  alt: boolean;
  /** The focus is in a field: letters are text. */
  typing: boolean;
  /** The focus is on a control that Space presses. */
  pressable: boolean;
}

const SINGLE: Record<string, Action> = {
  j: 'next',
  k: 'previous',
  e: 'take',
  u: 'toggleRead',
  '.': 'copyJson',
  '1': 'showAll',
  '2': 'showUnread',
  '?': 'help',
};

/** What a key does, or nothing: single keys are off while typing, and can be turned off. */
export function actionOf(press: KeyPress, singleKeys: boolean): Action | null {
  const { key, ctrl, shift, alt, typing, pressable } = press;
  if (alt) return null;
  if (ctrl) {
    if (key === 'Enter') return 'submit';
    return key.toLowerCase() === 'n' && !shift ? 'compose' : null;
  }
  if (key === 'Escape') return 'back';
  if (typing) return null;
  if (key === 'ArrowDown') return 'next';
  if (key === 'ArrowUp') return 'previous';
  if (key === ' ') return pressable ? null : shift ? 'scrollUp' : 'scrollDown';
  if (!singleKeys) return null;
  if (key === 'A' && shift) return 'markAllRead';
  return SINGLE[key] ?? null;
}
