// The complete example of the published API, not a character changed, against the hub.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

import { io } from 'socket.io-client';

import { connect } from './support/client.js';
import { startHub } from './support/hub.js';
import { within } from './support/within.js';

// Runs the example as a page served by the hub would: `io('/')` means the page's own server.
async function runExample(t, hub) {
  const code = await readFile(new URL('./published-example.js', import.meta.url), 'utf8');
  const lines = [];
  let heard = () => {};
  const print = (...words) => {
    lines.push(words);
    heard();
  };
  let socket;
  runInNewContext(code, {
    console: { log: print, error: print },
    io: (path, options) => (socket = io(new URL(path, hub.url).href, { ...options, forceNew: true })),
  });
  t.after(() => socket.close());
  const printed = (count) =>
    within(5_000, `the example prints ${count} lines`, new Promise((resolve) => {
      heard = () => lines.length >= count && resolve(lines);
      heard();
    }));
  return { socket, printed };
}

test('the published example joins its channel and prints what arrives', async (t) => {
  const hub = await startHub(t);
  const orders = await connect(t, hub, { auth: { username: 'Commandes' } });
  const example = await runExample(t, hub);
  await orders.next('server-stats', (stats) => stats.activeChannels === 1);

  const data = { event: 'order.created', ref: 'ORD-42' };
  await orders.send({ channel: 'notifications-app', type: 'success', title: 'Nouvelle commande', message: 'Table 4', data });
  const lines = await example.printed(2);
  assert.deepEqual(lines[0], ['[success] Nouvelle commande: Table 4']);
  assert.deepEqual(lines[1], ['Data:', data]);

  example.socket.emit('send-notification', {});
  assert.deepEqual((await example.printed(3))[2], [
    'Erreurs:',
    ["Le champ 'title' est obligatoire", "Le champ 'message' est obligatoire"],
  ]);
});

test('the published example comes back by itself after the hub was restarted', async (t) => {
  const hub = await startHub(t);
  const example = await runExample(t, hub);
  const orders = await connect(t, hub);
  await orders.next('server-stats', (stats) => stats.activeChannels === 1);
  await hub.stop();

  const again = await startHub(t, { data: hub.data, port: hub.port });
  const later = await connect(t, again);
  await later.next('server-stats', (stats) => stats.activeChannels === 1, 15_000);
  await later.send({ channel: 'notifications-app', title: 'De retour', message: 'm' });
  assert.deepEqual((await example.printed(2))[0], ['[info] De retour: m']);
});
