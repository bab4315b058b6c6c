import { MediaQuery } from 'svelte/reactivity';
import type { TextSize } from '../host/contract/TextSize';

/** One pane at a time: the detail is pushed over the list. The same width is in the styles. */
export const compact = new MediaQuery('max-width: 599px');

/** How many times as large everything is; the same numbers are in the styles. */
export const TEXT_SCALE: Record<TextSize, number> = { normal: 1, large: 1.15, larger: 1.3 };

/** The key that goes with another one, as it is written on the keyboard. */
export const ctrl = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl';
