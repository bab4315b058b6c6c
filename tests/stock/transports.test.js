// The three ways in which a stock client connects.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from './support/client.js';
import { startHub } from './support/hub.js';
import { within } from './support/within.js';

async function roundTrip(client, over) {
  const channel = `via-${over}`;
  assert.equal((await client.join(channel)).clientCount, 1);
  const ids = [];
  for (let n = 0; n < 20; n += 1) {
    client.emit('send-notification', { channel, title: `${n}`, message: 'é🍔', data: { n } });
    ids.push((await client.next('notification-sent')).notificationId);
  }
  const got = await client.notifications(20, (notification) => notification.channel === channel);
  assert.deepEqual(got.map((notification) => notification.id), ids);
  assert.deepEqual(got.map((notification) => notification.data.n), [...ids.keys()]);
  assert.equal((await client.ask('leave-channel', channel)).status, 'ok');
}

test('over WebSocket only', async (t) => {
  const hub = await startHub(t);
  const client = await connect(t, hub, { transports: ['websocket'] });
  assert.equal(client.socket.io.engine.transport.name, 'websocket');
  await roundTrip(client, 'websocket');
});

test('over long polling only', async (t) => {
  const hub = await startHub(t);
  const client = await connect(t, hub, { transports: ['polling'] });
  assert.equal(client.socket.io.engine.transport.name, 'polling');
  await roundTrip(client, 'polling');
  assert.equal(client.socket.io.engine.transport.name, 'polling');
});

test('from long polling up to WebSocket, as a stock client does by itself', async (t) => {
  const hub = await startHub(t);
  const client = await connect(t, hub, { transports: ['polling', 'websocket'] });
  const { engine } = client.socket.io;
  const upgraded = new Promise((resolve) => engine.once('upgrade', resolve));
  // Events before, during and after the change of transport: none may be lost or change places.
  const channel = 'upgrade';
  await client.join(channel);
  for (let n = 0; n < 50; n += 1) client.emit('send-notification', { channel, title: `${n}`, message: 'm' });
  if (engine.transport.name !== 'websocket') await within(5_000, 'the client upgrades', upgraded);
  for (let n = 50; n < 100; n += 1) client.emit('send-notification', { channel, title: `${n}`, message: 'm' });
  const got = await client.notifications(100);
  assert.deepEqual(got.map((notification) => notification.title), Array.from({ length: 100 }, (_, n) => `${n}`));
  assert.equal(engine.transport.name, 'websocket');
  await client.settle();
  const sent = client.payloads('notification-sent').map(({ notificationId }) => notificationId);
  assert.deepEqual(got.map((notification) => notification.id), sent);
});

test('clients of different transports are in the same channel', async (t) => {
  const hub = await startHub(t);
  const polling = await connect(t, hub, { transports: ['polling'] });
  const websocket = await connect(t, hub, { transports: ['websocket'] });
  await polling.join('salle');
  assert.equal((await websocket.join('salle')).clientCount, 2);
  const { notificationId } = await polling.send({ channel: 'salle', title: 't', message: 'm' });
  assert.equal((await websocket.next('notification-received')).id, notificationId);
  assert.equal((await polling.next('notification-received')).id, notificationId);
});

test('an idle client of each transport is kept alive by pings', async (t) => {
  const hub = await startHub(t, { args: ['--ping-interval-ms', '200', '--ping-timeout-ms', '400'] });
  const clients = await Promise.all(
    [['websocket'], ['polling'], ['polling', 'websocket']].map((transports) => connect(t, hub, { transports })),
  );
  const pings = clients.map(
    ({ socket }) =>
      new Promise((resolve) => {
        let count = 0;
        socket.io.on('ping', () => (count += 1) === 5 && resolve());
      }),
  );
  await within(10_000, 'each client answers five pings', Promise.all(pings));
  assert.ok(clients.every(({ socket, disconnects }) => socket.connected && disconnects.length === 0));
});
