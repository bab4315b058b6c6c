import { bareAddress } from '../../domain/address';
import type { Snapshot } from '../../host/host';

/** What to call the hub: the name it gives itself, or else where it is. */
export function hubLabel(snapshot: Snapshot): string {
  return snapshot.hubName ?? bareAddress(snapshot.settings.hubAddress);
}
