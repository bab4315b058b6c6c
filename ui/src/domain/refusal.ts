import type { RefusalReason } from '../host/contract/RefusalReason';
import type { StringKey } from '../strings/strings';

/** What a refusal means to a person, and what there is to do about it. */
export interface Refusal {
  title: StringKey;
  body: StringKey;
  /** What to do, where it needs a sentence of its own. */
  advice?: StringKey;
  /**
   * `pair`: being let in anew is the way; `stop`: somebody has to be asked first; `wait`: it goes away by itself.
   */
  way: 'pair' | 'stop' | 'wait';
  /** How the button that pairs is called. */
  pair?: StringKey;
}

const AGAIN = { way: 'pair', pair: 'err.token.action' } as const;

export const REFUSALS: Record<RefusalReason, Refusal> = {
  token_revoked: { title: 'err.token.title', body: 'err.token.body', ...AGAIN },
  token_invalid: { title: 'err.token.title', body: 'err.token.unknown', ...AGAIN },
  token_required: { title: 'err.token.none.title', body: 'err.token.none', way: 'pair', pair: 'err.token.pair' },
  certificate_changed: {
    title: 'err.changed.title',
    body: 'err.changed.body',
    advice: 'err.changed.do',
    way: 'stop',
    pair: 'err.token.action',
  },
  rate_limited: { title: 'err.pace.title', body: 'err.pace.body', way: 'wait' },
  token_unchecked: { title: 'err.unchecked.title', body: 'err.unchecked.body', way: 'wait' },
  other: { title: 'conn.refused.title', body: 'conn.refused.body', way: 'wait' },
};
