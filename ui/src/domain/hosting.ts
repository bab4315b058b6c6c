import type { Snapshot } from '../host/host';
import { bareAddress } from './address';

/** Whether this computer listens to the hub that it hosts. */
export function listensToOwn({ hostedHub, settings }: Snapshot): boolean {
  return hostedHub.state === 'on' && bareAddress(settings.hubAddress) === bareAddress(hostedHub.address);
}

/** How many other computers are cut off when the hub hosted here stops; this computer's own connection is none. */
export function othersConnected(snapshot: Snapshot): number {
  const { hostedHub, link } = snapshot;
  if (hostedHub.state !== 'on') return 0;
  const own = link.state === 'connected' && listensToOwn(snapshot);
  return Math.max(0, hostedHub.connectedClients - (own ? 1 : 0));
}
