import { MediaQuery } from 'svelte/reactivity';

/** One pane at a time: the detail is pushed over the list. The same width is in the styles. */
export const compact = new MediaQuery('max-width: 599px');

/** The key that goes with another one, as it is written on the keyboard. */
export const ctrl = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl';
