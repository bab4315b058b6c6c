export type Action =
  | 'next'
  | 'previous'
  | 'back'
  | 'take'
  | 'toggleRead'
  | 'markAllRead'
  | 'copyReference'
  | 'toggleJson'
  | 'search'
  | 'undo'
  | 'palette'
  | 'doNotDisturb'
  | 'wall'
  | 'scrollDown'
  | 'scrollUp'
  | 'showAll'
  | 'showUnread'
  | 'showTodo'
  | 'compose'
  | 'submit'
  | 'help';

export interface KeyPress {
  key: string;
  /** Where the key is: digits need Shift on a French keyboard. */
  code: string;
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
  c: 'copyReference',
  '.': 'toggleJson',
  '/': 'search',
  '1': 'showAll',
  '2': 'showUnread',
  '3': 'showTodo',
  '?': 'help',
};

/** Also while typing: they are no text. */
const WITH_CTRL: Record<string, Action> = {
  Enter: 'submit',
  n: 'compose',
  k: 'palette',
  d: 'doNotDisturb',
};

/** The digit that a key stands for, whatever the layout, and also on a number pad that is locked. */
export function digitOf({ key, code }: Pick<KeyPress, 'key' | 'code'>): string | null {
  return /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1] ?? /^\d$/.exec(key)?.[0] ?? null;
}

/** What a key does, or nothing: single keys are off while typing, and can be turned off. */
export function actionOf(press: KeyPress, singleKeys: boolean): Action | null {
  const { key, ctrl, shift, alt, typing, pressable } = press;
  if (alt) return null;
  if (ctrl) {
    if (shift) return null;
    // In a field it takes back what was typed.
    if (key.toLowerCase() === 'z') return typing ? null : 'undo';
    return WITH_CTRL[key.length === 1 ? key.toLowerCase() : key] ?? null;
  }
  if (key === 'F11') return 'wall';
  if (key === 'Escape') return 'back';
  if (typing) return null;
  if (key === 'ArrowDown') return 'next';
  if (key === 'ArrowUp') return 'previous';
  if (key === ' ') return pressable ? null : shift ? 'scrollUp' : 'scrollDown';
  if (!singleKeys) return null;
  if (key === 'A' && shift) return 'markAllRead';
  const found = SINGLE[key];
  if (found || shift || key.length > 1) return found ?? null;
  return SINGLE[digitOf(press) ?? ''] ?? null;
}
