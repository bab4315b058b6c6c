// An orderly stop, and how stock clients come back.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from './support/client.js';
import { startHub } from './support/hub.js';
import { openTcp } from './support/raw.js';
import { shaped } from './support/shapes.js';

const STOCK = { reconnection: true, reconnectionAttempts: 5, reconnectionDelay: 1_000 };

test('on SIGTERM the hub says so, ends with 0 within 5 s, and stock clients come back by themselves', async (t) => {
  const hub = await startHub(t);
  const clients = await Promise.all(
    [['websocket'], ['polling'], ['polling', 'websocket'], ['websocket']].map((transports, n) =>
      connect(t, hub, { ...STOCK, transports, auth: { user_id: `staff-${n}` } }),
    ),
  );
  for (const client of clients) {
    client.socket.on('connect', () => client.emit('join-channel', 'salle'));
    await client.join('salle');
  }

  // `stop` itself fails after 5 s.
  assert.equal(await hub.stop(), 0);
  for (const client of clients) {
    const closing = await client.next('hub-closing').catch((late) => {
      throw new Error(`over ${client.socket.io.opts.transports}: ${late.message}`);
    });
    assert.ok(shaped('hub-closing', closing).retry_after_ms >= 0);
  }

  const again = await startHub(t, { data: hub.data, port: hub.port });
  await Promise.all(clients.map((client) => client.next('connection-confirmed', undefined, 15_000)));
  await Promise.all(clients.map((client) => client.next('channel-joined')));
  for (const client of clients) {
    assert.equal(client.disconnects.length, 1, 'it was cut once');
    assert.notEqual(client.disconnects[0], 'io server disconnect', 'after that a stock client would stay away');
  }
  const { notificationId } = await clients[0].send({ channel: 'salle', title: 'De retour', message: 'm' });
  for (const client of clients) assert.equal((await client.next('notification-received')).id, notificationId);
  assert.equal(await again.stop(), 0);
});

test('a stop waits for nobody: half-open sockets and requests under way do not hold it up', async (t) => {
  const hub = await startHub(t);
  for (let n = 0; n < 20; n += 1) await openTcp(t, hub, n % 2 ? '' : 'POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx');
  const client = await connect(t, hub);
  client.emit('send-notification', { title: 't', message: 'm' });
  assert.equal(await hub.stop(), 0);
});

test('what was sent right before the stop is either confirmed and kept, or not confirmed', async (t) => {
  const hub = await startHub(t);
  const bob = { auth: { user_id: 'bob' } };
  const visitor = await connect(t, hub, bob);
  await visitor.join('cuisine');
  visitor.close();
  const till = await connect(t, hub);
  for (let n = 0; n < 500; n += 1) till.emit('send-notification', { channel: 'cuisine', title: `${n}`, message: 'm' });
  await till.next('notification-sent');
  const gone = new Promise((resolve) => till.socket.on('disconnect', resolve));
  assert.equal(await hub.stop(), 0);
  await gone;
  const confirmed = till.payloads('notification-sent').map((sent) => sent.notificationId);

  const again = await startHub(t, { data: hub.data });
  const back = await connect(t, again, bob);
  const { pendingCount } = await back.join('cuisine');
  const got = (await back.notifications(pendingCount, undefined, 10_000)).map((notification) => notification.id);
  assert.deepEqual(got.slice(0, confirmed.length), confirmed);
});

test('the hub can be started again at once on the same port', async (t) => {
  let hub = await startHub(t);
  for (let n = 0; n < 5; n += 1) {
    const client = await connect(t, hub);
    await client.join('salle');
    assert.equal(await hub.stop(), 0);
    hub = await startHub(t, { data: hub.data, port: hub.port });
  }
});

test('what is sent to a hub that is already stopping is refused in words, and not kept', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const answered = new Promise((resolve) => {
    till.socket.on('hub-closing', () => {
      till.socket.once('error-message', resolve);
      till.socket.once('disconnect', () => resolve(null));
      till.emit('send-notification', { channel: 'cuisine', title: 'too late', message: 'm', client_id: 'mine' });
    });
  });
  const stopped = hub.stop();
  const answer = await answered;
  // On a machine too busy to answer in the hub's last moment, the closed connection is the answer.
  if (answer) assert.deepEqual([answer.codes, answer.event, answer.client_id], [['hub_closing'], 'send-notification', 'mine']);
  assert.equal(await stopped, 0);
  assert.deepEqual(till.payloads('notification-sent'), []);

  const again = await startHub(t, { data: hub.data });
  const back = await connect(t, again);
  assert.equal((await back.join('cuisine')).head, 0, 'nothing was written down');
});
