import type { Snapshot } from '../../host/host';

/** What to call the hub: the name it gives itself, or else where it is. */
export function hubLabel(snapshot: Snapshot): string {
  return snapshot.hubName ?? bareAddress(snapshot.settings.hubAddress);
}

/** `192.168.1.20:8001`: what people read out to each other. */
export function bareAddress(address: string): string {
  return address.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
