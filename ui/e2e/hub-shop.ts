import type { HostedHub } from '../src/host/contract/HostedHub';
import type { PairingOffer } from '../src/host/contract/PairingOffer';
import type { HubOverview } from '../src/host/host';
import { noon } from './shop';

export const FINGERPRINT = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'.concat('0112233445566778899aabbccddeeff0');

/** The hub of this computer, open to it alone. */
export const HUB_ON: Extract<HostedHub, { state: 'on' }> = {
  state: 'on',
  address: 'http://127.0.0.1:8001',
  connectedClients: 4,
  activeChannels: 5,
  startedAt: noon() - 8_760_000,
  network: null,
  offer: null,
  unheard: [],
};

/** The same, open to the network. */
export const HUB_OPEN = {
  ...HUB_ON,
  network: { addresses: ['192.168.1.20:8002'], fingerprint: FINGERPRINT, plain: null, firewall: null },
};

const QR_SIZE = 37;

// Looks like one, and is none: three corners, and the same speckles each time.
function qrPath(): string {
  const corner = (x: number, y: number) => {
    const [atX, atY] = [Math.min(x, QR_SIZE - 1 - x), Math.min(y, QR_SIZE - 1 - y)];
    const isCorner = atX < 8 && atY < 8 && !(x > 8 && y > 8);
    const ring = Math.max(Math.abs(atX - 3), Math.abs(atY - 3));
    return isCorner ? ring === 3 || ring < 2 : null;
  };
  let path = '';
  for (let y = 0; y < QR_SIZE; y += 1) {
    for (let x = 0; x < QR_SIZE; x += 1) {
      if (corner(x, y) ?? (x * x * 7 + y * y * 11 + x * y * 13) % 5 < 2) path += `M${x} ${y}h1v1h-1z`;
    }
  }
  return path;
}

export function shopOffer(expiresAt: number, change: Partial<PairingOffer> = {}): PairingOffer {
  return {
    code: '483920',
    link: `chapfood://pair#192.168.1.20:8002;${FINGERPRINT};483920`,
    qr: { size: QR_SIZE, path: qrPath() },
    expiresAt,
    triesLeft: 5,
    state: { is: 'open' },
    ...change,
  };
}

const device = (
  id: string,
  deviceName: string,
  username: string,
  channels: string[],
  minutesAgo: number,
): HubOverview['devices'][number] => ({
  id,
  userId: null,
  deviceName,
  username,
  channels,
  since: noon() - minutesAgo * 60_000,
  here: id === 'a',
  doNotDisturb: false,
  ringMuted: false,
});

const token = (id: number, label: string, usedAgo: number | null): HubOverview['tokens'][number] => ({
  id,
  label,
  reads: label === 'Cuisine',
  sends: true,
  administers: false,
  channels: label === 'Sonde frigo 2' ? ['cuisine'] : ['*'],
  created: noon() - 40 * 86_400_000,
  used: usedAgo === null ? null : noon() - usedAgo * 60_000,
});

const WAVES = [0, 1, 1, 2, 2, 3, 2, 4, 3, 5, 4, 6, 5, 4, 6, 7, 5, 8, 6, 7];

export function shopOverview(change: Partial<HubOverview> = {}): HubOverview {
  return {
    devices: [
      device('a', 'Comptoir', 'Comptoir', ['commandes', 'cuisine'], 146),
      { ...device('b', 'Cuisine', 'Alice', ['cuisine'], 143), ringMuted: true },
      { ...device('c', 'Bar', 'Bruno', ['commandes', 'bar'], 125), doNotDisturb: true },
      device('d', 'Bureau', 'Direction', ['commandes', 'cuisine', 'devops'], 52),
    ],
    tokens: [token(1, 'Cuisine', 1), token(2, 'Caisse 1', 2), token(3, 'Sonde frigo 2', 27), token(4, 'Site', null)],
    sentToday: 167,
    refusedToday: 1,
    perMinute: Array.from({ length: 60 }, (_, at) => (at === 47 ? 11 : (WAVES[(at * 7) % 20] ?? 0))),
    audit: [
      {
        at: noon() - 240_000,
        event: 'refused',
        token: null,
        address: '192.168.1.77',
        code: 'token_invalid',
        times: 12,
      },
      { at: noon() - 600_000, event: 'paired', token: 'Cuisine', address: '192.168.1.31', code: null, times: 1 },
      { at: noon() - 900_000, event: 'token_revoked', token: 'Ancienne caisse', address: null, code: null, times: 1 },
      { at: noon() - 90_000_000, event: 'token_created', token: 'Caisse 1', address: null, code: null, times: 1 },
    ],
    ...change,
  };
}
