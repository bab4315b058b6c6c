// A hub that other computers reach too: by TLS, and without it for old devices. And tokens for it.

import { chapfood, startHub } from './hub.js';

// The doors are `own`, for this computer, and `tls` and `plain`, for the network.
export async function startNetworkHub(t, { args = [], ...options } = {}) {
  const hub = await startHub(t, { args: ['--lan', '0.0.0.0:0', '--lan-plain', '0.0.0.0:0', ...args], ...options });
  const tls = hub.doors.find(({ fingerprint }) => fingerprint);
  const plain = hub.doors.find(({ fingerprint }) => !fingerprint);
  return { hub, doors: { own: { url: hub.url, port: hub.port }, tls, plain } };
}

// Gives out a token while the hub runs.
export async function giveToken(hub, roles, channels = []) {
  const words = [...roles.flatMap((role) => ['--role', role]), ...channels.flatMap((channel) => ['--channel', channel])];
  const { stdout } = await chapfood('token', 'create', '--data', hub.data, ...words);
  return stdout.trim();
}

export const revoke = (hub, token) => chapfood('token', 'revoke', '--data', hub.data, token.split('_')[1]);

// What the stock client needs for a certificate that nobody vouches for. Ours compares its fingerprint.
export const ANY_CERTIFICATE = { rejectUnauthorized: false };
