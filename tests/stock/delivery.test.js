// Many notifications, many clients: complete, in order, and without a storm of figures.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { begin, connect } from './support/client.js';
import { startHub } from './support/hub.js';
import { within } from './support/within.js';

const range = (count) => Array.from({ length: count }, (_, n) => n);

function assertRising(ids) {
  for (let n = 1; n < ids.length; n += 1) assert.ok(ids[n - 1] < ids[n], `${ids[n - 1]} sorts before ${ids[n]}`);
}

test('20 subscribers get 1,000 notifications each, complete and in the order of sending', async (t) => {
  const hub = await startHub(t);
  const subscribers = await Promise.all(range(20).map((n) => connect(t, hub, { auth: { user_id: `staff-${n}` } })));
  await Promise.all(subscribers.map((subscriber) => subscriber.join('orders')));
  const till = await connect(t, hub, { auth: { user_id: 'till', username: 'Caisse' } });

  for (const n of range(1_000)) till.emit('send-notification', { channel: 'orders', title: `Commande ${n}`, message: 'm', data: { n } });

  const received = await Promise.all(subscribers.map((subscriber) => subscriber.notifications(1_000, undefined, 30_000)));
  await till.settle();
  const confirmed = till.payloads('notification-sent').map((sent) => sent.notificationId);
  assert.deepEqual(till.payloads('error-message'), []);
  assert.equal(confirmed.length, 1_000);
  assertRising(confirmed);
  for (const notifications of received) {
    assert.deepEqual(notifications.map((notification) => notification.data.n), range(1_000));
    assert.deepEqual(notifications.map((notification) => notification.id), confirmed);
    assert.deepEqual(notifications.map((notification) => notification.seq), range(1_000).map((n) => n + 1));
  }
});

test('several senders at once: every subscriber sees one and the same order', async (t) => {
  const hub = await startHub(t);
  const subscribers = await Promise.all(range(5).map(() => connect(t, hub)));
  await Promise.all(subscribers.map((subscriber) => subscriber.join('orders')));
  const senders = await Promise.all(range(5).map((n) => connect(t, hub, { auth: { username: `Caisse ${n}` } })));

  for (const n of range(100)) {
    for (const sender of senders) sender.emit('send-notification', { channel: 'orders', title: `${n}`, message: 'm' });
  }
  const received = await Promise.all(subscribers.map((subscriber) => subscriber.notifications(500, undefined, 30_000)));
  const orders = received.map((notifications) => notifications.map((notification) => notification.id));
  assertRising(orders[0]);
  for (const order of orders) assert.deepEqual(order, orders[0]);
  for (const n of range(5)) {
    const own = received[0].filter((notification) => notification.sender === `Caisse ${n}`);
    assert.deepEqual(own.map((notification) => notification.title), range(100).map(String), 'each sender keeps its order');
  }
});

test('ids go on rising over a restart of the hub', async (t) => {
  const hub = await startHub(t);
  const before = await connect(t, hub);
  const first = await before.send({ title: 't', message: 'm' });
  await hub.stop();
  const again = await startHub(t, { data: hub.data });
  const after = await connect(t, again);
  const second = await after.send({ title: 't', message: 'm' });
  assertRising([first.notificationId, second.notificationId]);
});

test('200 clients join at once: counts are right, and figures are merged into few pushes', async (t) => {
  const hub = await startHub(t);
  const clients = range(200).map((n) => begin(t, hub, { auth: { user_id: `staff-${n}` } }));
  const joined = await Promise.all(
    clients.map(async (client) => {
      client.socket.on('connect', () => client.emit('join-channel', 'salle'));
      return client.next('channel-joined', undefined, 30_000);
    }),
  );
  assert.deepEqual(
    joined.map((answer) => answer.clientCount).sort((a, b) => a - b),
    range(200).map((n) => n + 1),
    'each is told its own place in the count',
  );

  // The last state reaches everybody, merged or not.
  await Promise.all(
    clients.map((client) =>
      client.next('server-stats', (stats) => stats.connectedClients === 200 && stats.activeChannels === 1, 10_000),
    ),
  );
  const pushes = clients.reduce((sum, client) => sum + client.payloads('server-stats').length, 0);
  t.diagnostic(`${pushes} server-stats for 200 clients`);
  assert.ok(pushes < 8_000, `one push to everybody for each change would be about 40,000; these are ${pushes}`);

  assert.deepEqual((await clients[0].ask('get-channels')).channels, [{ name: 'salle', clientCount: 200 }]);
  const { notificationId } = await clients[0].send({ channel: 'salle', title: 'Bonjour', message: 'm' });
  const got = await Promise.all(clients.map((client) => client.next('notification-received')));
  assert.ok(got.every((notification) => notification.id === notificationId));

  for (const client of clients.slice(1)) client.close();
  await clients[0].next('server-stats', (stats) => stats.connectedClients === 1, 10_000);
  assert.deepEqual((await clients[0].ask('get-channels')).channels, [{ name: 'salle', clientCount: 1 }]);
});

test('a broadcast reaches 50 clients, members of channels or not', async (t) => {
  const hub = await startHub(t);
  const clients = await Promise.all(range(50).map(() => connect(t, hub)));
  await Promise.all(clients.filter((_, n) => n % 2 === 0).map((client) => client.join('salle')));
  const { notificationId } = await clients[0].send({ title: 'Fermeture', message: 'à 22 h' });
  const got = await within(10_000, 'everybody gets it', Promise.all(clients.map((client) => client.next('notification-received'))));
  assert.ok(got.every((notification) => notification.id === notificationId && notification.channel === null));
});

test('5,000 sends in one breath, with or without callbacks, are each answered', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  let acks = 0;
  for (let n = 0; n < 5_000; n += 1) {
    const callback = n % 2 === 0 ? [() => (acks += 1)] : [];
    till.emit('send-notification', { channel: 'cuisine', title: `${n}`, message: 'm' }, ...callback);
  }
  await till.settle();
  assert.equal(till.payloads('notification-sent').length, 5_000);
  assert.equal(acks, 2_500);
});

// Shown by how far the feed gets meanwhile, not by a clock: while it has the hub to itself it is at its end before
// anything live comes.
test('while 10,000 missed notifications are fed to one, what is live for the others comes in between', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub, { auth: { user_id: 'till' } });
  const bob = { auth: { user_id: 'bob' } };
  const visit = await connect(t, hub, bob);
  await visit.join('cuisine');
  visit.close();
  const data = { filling: 'x'.repeat(500) };
  for (const n of range(10_000)) till.emit('send-notification', { channel: 'cuisine', title: `${n}`, message: 'm', data });
  await till.settle();

  const carol = await connect(t, hub);
  await carol.join('salle');
  const back = await connect(t, hub, bob);
  let fed = 0;
  back.socket.on('notification-received', () => (fed += 1));
  assert.equal((await back.join('cuisine')).pendingCount, 10_000);
  const meanwhile = [];
  while (fed < 10_000) {
    const before = fed;
    await till.send({ channel: 'salle', title: 'live', message: 'm' });
    await carol.next('notification-received');
    meanwhile.push(fed - before);
  }
  t.diagnostic(`${meanwhile.length} live ones came in between; meanwhile were fed: ${meanwhile.join(', ')}`);
  assert.ok(Math.max(...meanwhile) <= 2_500, 'no live one waited for more than a quarter of the feed');
  const got = back.payloads('notification-received').map((notification) => notification.title);
  assert.deepEqual(got, range(10_000).map(String), 'and the feed is complete and in order');
});
