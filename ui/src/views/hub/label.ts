import type { Snapshot } from '../../host/host';

/** What to call the hub: the name it gives itself, or else where it is. */
export function hubLabel(snapshot: Snapshot): string {
  return snapshot.hubName ?? snapshot.settings.hubAddress.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
