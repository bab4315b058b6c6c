import type { TokenWish } from '../host/contract/TokenWish';

const LABEL_MAX = 100;

/** What a person fills in to give out a token. */
export interface TokenForm {
  label: string;
  reads: boolean;
  sends: boolean;
  channels: string;
}

export type TokenField = 'label' | 'may' | 'channels';

/** The wish that the form makes; or the fields that lack something, in the order of the page. */
export function wishOf(form: TokenForm): { wish: TokenWish } | { missing: TokenField[] } {
  const label = form.label.trim();
  const channels = [...new Set(form.channels.split(',').map((name) => name.trim().replace(/^#/, '')))].filter(
    (name) => name !== '',
  );
  const missing: TokenField[] = [];
  if (label === '' || [...label].length > LABEL_MAX) missing.push('label');
  if (!form.reads && !form.sends) missing.push('may');
  if (channels.length === 0) missing.push('channels');
  if (missing.length > 0) return { missing };
  return { wish: { label, reads: form.reads, sends: form.sends, channels } };
}
