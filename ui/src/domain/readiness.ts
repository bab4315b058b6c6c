import type { StringKey } from '../strings/strings';
import type { Check, Readiness, Snapshot } from '../host/host';

/** What the person can do about a check from here. */
export type Remedy = 'sounds' | 'popups' | 'alerts' | 'quiet' | 'dnd' | 'autostart' | 'startHub' | 'tryNow';

export interface Advice {
  words: StringKey;
  remedy: Remedy | null;
}

/** How many checks ask for something to be done. */
export function openPoints({ checks }: Readiness): number {
  return checks.filter(({ outcome }) => outcome === 'warned' || outcome === 'failed').length;
}

/** What to say and to offer about a check that is not as it should be; `null`: nothing. */
export function adviceOn(check: Check, { settings, quietUntil, hostedHub }: Snapshot): Advice | null {
  if (check.outcome !== 'warned' && check.outcome !== 'failed') return null;
  switch (check.subject) {
    case 'sound':
      if (!settings.sounds) return { words: 'ready.sound.warned', remedy: 'sounds' };
      return { words: settings.volume === 0 ? 'ready.sound.warned' : 'ready.sound.failed', remedy: 'alerts' };
    case 'popups':
      if (!settings.popups) return { words: 'ready.popups.warned', remedy: 'popups' };
      return { words: 'ready.popups.failed', remedy: null };
    case 'doNotDisturb':
      if (settings.doNotDisturb.state === 'off' && quietUntil !== null) {
        return { words: 'ready.doNotDisturb.quiet', remedy: 'quiet' };
      }
      return { words: 'ready.doNotDisturb.warned', remedy: 'dnd' };
    case 'autostart':
      if (check.outcome === 'failed') return { words: 'ready.autostart.failed', remedy: null };
      return { words: 'ready.autostart.warned', remedy: 'autostart' };
    case 'hub':
      if (settings.hostHub && hostedHub.state !== 'on') return { words: 'ready.hub.here', remedy: 'startHub' };
      return { words: 'ready.hub.failed', remedy: 'tryNow' };
    case 'endToEnd':
      return { words: 'ready.endToEnd.failed', remedy: null };
  }
}
