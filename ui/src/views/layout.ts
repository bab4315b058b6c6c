import { MediaQuery } from 'svelte/reactivity';

/** One pane at a time: the detail is pushed over the list. The same width is in the styles. */
export const compact = new MediaQuery('max-width: 599px');
