// Somebody who fills the network with announcements that nobody asked for.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Lan } from './lan.js';
import { findUntil, hubOn, Listener, PORT } from './programs.js';
import { giveToken } from '../stock/support/network.js';
import { until } from '../faults/waiting.js';

const FLOOD = fileURLToPath(new URL('flood.js', import.meta.url));

test('a hub forgets what a flood of announcements told it, serves meanwhile, and is found afterwards', async (t) => {
  const lan = await Lan.lay(t);
  const [counter, kitchen, stranger] = [
    await lan.computer(t, '10.20.0.1'), await lan.computer(t, '10.20.0.2'), await lan.computer(t, '10.20.0.3'),
  ];
  const hub = await hubOn(t, counter);
  const token = await giveToken(hub, ['subscriber']);
  const listener = Listener.start(t, kitchen, `https://10.20.0.1:${PORT}`, { token });
  await listener.has('listening');

  const [program, ...words] = [...stranger.through, process.execPath, FLOOD, stranger.address];
  const flood = spawn(program, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  t.after(() => flood.kill('SIGKILL'));
  assert.equal(await until('the hub notices', () => hub.logged().includes('flooded with announcements')), null);
  await hub.send('in the flood');
  await listener.got('in the flood');
  flood.kill('SIGKILL');
  await once(flood, 'close');
  const [found] = await findUntil(kitchen, 'the hub', ([one]) => one !== undefined);
  assert.equal(found.id, hub.id);
});
