// Part 1 of docs/protocol.md, the published API: every event, every field, with the stock client.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from './support/client.js';
import { startHub } from './support/hub.js';
import { shaped } from './support/shapes.js';

const ALICE = { auth: { user_id: 'user_42', username: 'Alice' } };

test('a client that connects is confirmed with its socket id and the time of the hub', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  const confirmed = shaped('connection-confirmed', alice.payloads('connection-confirmed')[0]);
  assert.equal(confirmed.socketId, alice.socket.id);
  assert.equal(confirmed.protocol, 2);
  assert.ok(confirmed.limits.title >= 1);
});

test('a client that says nothing of itself is let in', async (t) => {
  const hub = await startHub(t);
  const nobody = await connect(t, hub);
  assert.ok(nobody.socket.connected);
});

test('joining a channel is answered in French with the counts, and joining twice counts once', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  const joined = shaped('channel-joined', await alice.join('devops'));
  assert.equal(joined.message, 'Vous avez rejoint « devops »');
  assert.deepEqual([joined.channel, joined.clientCount, joined.pendingCount], ['devops', 1, 0]);

  const bob = await connect(t, hub);
  assert.equal((await bob.join('devops')).clientCount, 2);
  assert.equal((await bob.join('devops')).clientCount, 2, 'the second time is answered and not counted');
});

test('leaving a channel is answered in French and ends its notifications', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  const bob = await connect(t, hub);
  await alice.join('devops');
  await bob.join('devops');

  bob.emit('leave-channel', 'devops');
  const left = shaped('channel-left', await bob.next('channel-left'));
  assert.equal(left.channel, 'devops');
  assert.equal(left.message, 'Vous avez quitté « devops »');

  await alice.send({ channel: 'devops', title: 'Seule', message: 'm' });
  await bob.settle();
  assert.deepEqual(bob.payloads('notification-received'), []);
});

test('leaving a channel that one is not in is refused', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  alice.emit('leave-channel', 'devops');
  await alice.refused(['Vous n\'êtes pas dans « devops »'], ['not_in_channel'], 'leave-channel');
});

test('a notification reaches every member with every published field', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  const bob = await connect(t, hub);
  const outside = await connect(t, hub);
  await bob.join('devops');
  await outside.join('orders');

  const data = { event: 'order.created', ref: 'ORD-42', nested: { list: [1, 2.5, null, true, 'é'] } };
  const sent = shaped(
    'notification-sent',
    await alice.send({ channel: 'devops', type: 'warning', title: 'Mon titre', message: 'Mon message', data }),
  );
  assert.equal(sent.channel, 'devops');

  const got = shaped('notification-received', await bob.next('notification-received'));
  assert.equal(got.id, sent.notificationId);
  assert.equal(got.timestamp, sent.timestamp);
  assert.deepEqual(
    { type: got.type, title: got.title, message: got.message, data: got.data, sender: got.sender, channel: got.channel },
    { type: 'warning', title: 'Mon titre', message: 'Mon message', data, sender: 'Alice', channel: 'devops' },
  );

  await outside.settle();
  assert.deepEqual(outside.payloads('notification-received'), [], 'who is not in the channel gets nothing');
  await alice.settle();
  assert.deepEqual(alice.payloads('notification-received'), [], 'nor does a sender outside of it');
  assert.deepEqual(bob.payloads('notification-sent'), [], 'only the sender is told that it is sent');
});

test('absent data is null, an absent type is info, and each of the four types is carried', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  await alice.join('devops');
  await alice.send({ channel: 'devops', title: 't', message: 'm' });
  const plain = shaped('notification-received', await alice.next('notification-received'));
  assert.equal(plain.data, null);
  assert.equal(plain.type, 'info');

  for (const type of ['info', 'success', 'warning', 'error']) {
    await alice.send({ channel: 'devops', type, title: 't', message: 'm', data: null });
    const got = await alice.next('notification-received');
    assert.deepEqual([got.type, got.data], [type, null]);
  }
  await alice.send({ channel: 'devops', title: 't', message: 'm', data: {} });
  assert.deepEqual((await alice.next('notification-received')).data, {}, 'an empty object is not null');
});

test('a notification without a channel, or with null, reaches every connected client', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  const bob = await connect(t, hub);
  const sent = shaped('notification-sent', await alice.send({ title: 'Fermeture', message: 'à 22 h' }));
  assert.equal(sent.channel, null);
  for (const client of [alice, bob]) {
    const got = shaped('notification-received', await client.next('notification-received'));
    assert.deepEqual([got.id, got.channel], [sent.notificationId, null]);
  }
  await alice.send({ channel: null, title: 'Encore', message: 'm' });
  assert.equal((await bob.next('notification-received')).channel, null);
});

test('a sender that is in the channel gets its own notification', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  await alice.join('devops');
  const sent = await alice.send({ channel: 'devops', title: 't', message: 'm' });
  assert.equal((await alice.next('notification-received')).id, sent.notificationId);
});

test('the sender is the name, else the id, else Anonyme', async (t) => {
  const hub = await startHub(t);
  const listener = await connect(t, hub);
  await listener.join('devops');
  const cases = [
    [{ user_id: 'user_42', username: 'Alice' }, 'Alice'],
    [{ user_id: 'user_42' }, 'user_42'],
    [{ user_id: 'user_42', username: '  ' }, 'user_42'],
    [{ username: 'Bob' }, 'Bob'],
    [{}, 'Anonyme'],
    [undefined, 'Anonyme'],
  ];
  for (const [auth, expected] of cases) {
    const sender = await connect(t, hub, { auth });
    await sender.send({ channel: 'devops', title: 't', message: 'm' });
    assert.equal((await listener.next('notification-received')).sender, expected, JSON.stringify(auth));
  }
});

test('title and message arrive byte for byte', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  await alice.join('devops');
  const words = ['  🍔 <b>gras</b> & "guillemets" \n\r\t fin  ', '\u202eabc قهوة 👩‍👩‍👧', 'e\u0301 é \u0000 \uffff', '%s ${x} \\u0041'];
  for (const word of words) {
    await alice.send({ channel: 'devops', title: word, message: word, data: { [word]: word } });
    const got = await alice.next('notification-received');
    assert.deepEqual([got.title, got.message, got.data], [word, word, { [word]: word }]);
  }
});

test('get-channels lists the channels with somebody in them', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  const bob = await connect(t, hub);
  alice.emit('get-channels');
  assert.deepEqual(shaped('channels-list', await alice.next('channels-list')), []);

  await alice.join('devops');
  await bob.join('devops');
  await bob.join('orders');
  alice.emit('get-channels');
  const list = shaped('channels-list', await alice.next('channels-list'));
  assert.deepEqual(
    list.toSorted((a, b) => a.name.localeCompare(b.name)),
    [{ name: 'devops', clientCount: 2 }, { name: 'orders', clientCount: 1 }],
  );

  bob.emit('leave-channel', 'orders');
  await bob.next('channel-left');
  alice.emit('get-channels');
  assert.deepEqual(await alice.next('channels-list'), [{ name: 'devops', clientCount: 2 }]);
});

test('get-stats is answered with the figures of now', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  await alice.join('devops');
  alice.emit('get-stats');
  const stats = shaped('server-stats', await alice.next('server-stats', (figures) => figures.activeChannels === 1));
  assert.equal(stats.connectedClients, 1);
  assert.ok(stats.uptime < 600, 'uptime counts seconds');
});

test('server-stats come by themselves at every change of state', async (t) => {
  const hub = await startHub(t);
  const watcher = await connect(t, hub);
  await watcher.next('server-stats', (stats) => stats.connectedClients === 1 && stats.activeChannels === 0);
  const bob = await connect(t, hub);
  shaped('server-stats', await watcher.next('server-stats', (stats) => stats.connectedClients === 2));
  await bob.join('devops');
  await watcher.next('server-stats', (stats) => stats.activeChannels === 1);
  bob.emit('leave-channel', 'devops');
  await watcher.next('server-stats', (stats) => stats.activeChannels === 0);
  bob.close();
  await watcher.next('server-stats', (stats) => stats.connectedClients === 1);
});

test('a channel may have any name: numbers, spaces, quotes, other scripts, words of JavaScript', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  for (const name of ['42', '007', '1e3', '-1', 'true', 'null', ' caisse ', 'a"b\\c', '🍕', '厨房', '__proto__', 'constructor', '/admin', '42["x"]']) {
    const joined = shaped('channel-joined', await alice.join(name));
    assert.deepEqual([joined.channel, joined.message, joined.clientCount], [name, `Vous avez rejoint « ${name} »`, 1]);
    await alice.send({ channel: name, title: 't', message: 'm' });
    const got = await alice.next('notification-received');
    assert.strictEqual(got.channel, name, 'a name that looks like a number stays a string');
  }
});

test('names differ by case and by every character', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  await alice.join('Cuisine');
  await alice.send({ channel: 'cuisine', title: 't', message: 'm' });
  await alice.settle();
  assert.deepEqual(alice.payloads('notification-received'), []);
});

test('every client event can be acknowledged, and is answered by its event as well', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);

  const joined = await alice.ask('join-channel', 'devops');
  assert.equal(joined.status, 'ok');
  const event = await alice.next('channel-joined');
  assert.deepEqual({ ...joined, status: undefined }, { ...event, status: undefined });

  const sent = await alice.ask('send-notification', { channel: 'devops', title: 't', message: 'm' });
  assert.equal(sent.status, 'ok');
  assert.equal((await alice.next('notification-sent')).notificationId, sent.notificationId);

  const stats = await alice.ask('get-stats');
  assert.deepEqual([stats.status, stats.connectedClients, stats.activeChannels], ['ok', 1, 1]);

  const list = await alice.ask('get-channels');
  assert.equal(list.status, 'ok');
  assert.deepEqual(list.channels, [{ name: 'devops', clientCount: 1 }]);
  assert.deepEqual(await alice.next('channels-list'), list.channels);

  const left = await alice.ask('leave-channel', 'devops');
  assert.deepEqual([left.status, left.channel, left.message], ['ok', 'devops', 'Vous avez quitté « devops »']);
  await alice.next('channel-left');
});

test('a repeat with the same client_id is answered with the first id and not delivered again', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, ALICE);
  await alice.join('devops');
  const order = { channel: 'devops', title: 't', message: 'm', client_id: 'order-42' };
  const first = shaped('notification-sent', await alice.send(order));
  const second = shaped('notification-sent', await alice.send(order));
  assert.deepEqual([first.duplicate, second.duplicate], [false, true]);
  assert.equal(second.notificationId, first.notificationId);
  assert.equal(second.client_id, 'order-42');
  await alice.settle();
  assert.equal(alice.payloads('notification-received').length, 1);
});
