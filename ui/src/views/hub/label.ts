import { bareAddress } from '../../domain/address';
import type { Snapshot } from '../../host/host';

/** What to call the hub: the name it gives itself, or gave when it let this computer in, or else where it is. */
export function hubLabel(snapshot: Snapshot): string {
  const { knownHub, hubAddress } = snapshot.settings;
  return snapshot.hubName ?? knownHub?.name ?? bareAddress(hubAddress);
}
