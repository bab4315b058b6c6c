// Part 3: taking charge of a notification. The first one wins, everybody learns of it in the log's order, and asking
// again changes nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from './support/client.js';
import { chapfood, startHub } from './support/hub.js';
import { connectRaw } from './support/raw.js';
import { shaped } from './support/shapes.js';

const device = (name, auth = {}) => ({
  auth: { user_id: name.toLowerCase(), username: name, device_id: `pc-${name}`, device_name: `PC ${name}`, protocol: 2, ...auth },
});
const LOG = ['notification-received', 'notification-taken', 'notification-released'];

// What came of the log, in order.
const logged = (client) => client.log.filter(({ event, payload }) => LOG.includes(event) && !payload.answer);
const story = (client) => logged(client).map(({ event, payload }) => [payload.seq, event.replace('notification-', '')]);

async function order(hub, t, channel = 'cuisine') {
  const till = await connect(t, hub);
  const { notificationId } = await till.send({ channel, title: 'Commande 42', message: 'm' });
  return { till, id: notificationId };
}

test('of two devices that take one at once the first has it, and the second is told who', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, device('Alice'));
  const bob = await connect(t, hub, device('Bob', { lang: 'en' }));
  for (const client of [alice, bob]) await client.join('cuisine');
  const { id } = await order(hub, t);

  const answers = await Promise.all([alice, bob].map((client) => client.ask('take-notification', { id })));
  const [won, lost] = answers[0].status === 'ok' ? [alice, bob] : [bob, alice];
  const [taken, refused] = answers[0].status === 'ok' ? answers : answers.toReversed();
  const name = won === alice ? 'Alice' : 'Bob';
  assert.deepEqual(taken.by, { user_id: name.toLowerCase(), username: name, device_name: `PC ${name}` });
  assert.deepEqual([taken.id, taken.channel, taken.seq], [id, 'cuisine', 2]);
  const words = lost === alice ? `Déjà pris en charge par ${name} (PC ${name})` : `Already taken by ${name} (PC ${name})`;
  assert.deepEqual([refused.status, refused.errors, refused.codes, refused.id], ['error', [words], ['already_taken'], id]);
  const error = shaped('error-message', await lost.next('error-message'));
  assert.deepEqual([error.event, error.id], ['take-notification', id]);

  for (const client of [alice, bob]) {
    await client.settle();
    assert.deepEqual(story(client), [[1, 'received'], [2, 'taken']], 'both learn the same, once');
    const [told] = client.payloads('notification-taken');
    assert.deepEqual(shaped('notification-taken', told).by, taken.by);
    assert.deepEqual([told.replayed, told.answer], [false, undefined]);
  }
});

test('a device that was away learns what was taken and released in order, and only notifications are pending', async (t) => {
  const hub = await startHub(t);
  const early = await connect(t, hub, device('Bob'));
  const { epoch } = await early.join('cuisine');
  early.close();
  const { till, id } = await order(hub, t);
  const alice = await connect(t, hub, device('Alice'));
  await alice.ask('take-notification', { id });
  const second = await till.send({ channel: 'cuisine', title: 'Commande 43', message: 'm' });
  await alice.ask('release-notification', { id });
  await alice.ask('take-notification', { id: second.notificationId });

  const bob = await connect(t, hub, device('Bob'));
  const joined = shaped('channel-joined', await bob.join('cuisine'));
  assert.deepEqual([joined.pendingCount, joined.head], [2, 5], 'two notifications, in a log of five entries');
  const last = await bob.next('notification-taken', ({ seq }) => seq === 5);
  assert.deepEqual(story(bob), [[1, 'received'], [2, 'taken'], [3, 'received'], [4, 'released'], [5, 'taken']]);
  assert.deepEqual([last.id, last.replayed, last.epoch], [second.notificationId, true, epoch]);
  await bob.ask('received', { channel: 'cuisine', seq: 3 });
  bob.close();

  const again = await connect(t, hub, device('Bob'));
  assert.equal((await again.join('cuisine')).pendingCount, 0, 'no notification is missing');
  await again.next('notification-taken');
  assert.deepEqual(story(again), [[4, 'released'], [5, 'taken']], 'but what it does not know yet follows');
  await again.ask('received', { channel: 'cuisine', seq: 5 });
  assert.equal((await again.join('cuisine')).pendingCount, 0);
  await again.settle();
  assert.equal(logged(again).length, 2, 'and nothing twice');
});

test('a take is repeated after a lost answer without taking twice', async (t) => {
  const hub = await startHub(t);
  const bob = await connect(t, hub, { auth: { user_id: 'bob' } });
  await bob.join('cuisine');
  const { id } = await order(hub, t);
  const alice = await connect(t, hub, device('Alice'));
  alice.emit('take-notification', { id });
  const first = shaped('notification-taken', await alice.next('notification-taken'));
  alice.close();

  const back = await connect(t, hub, device('Alice', { username: 'Alice M.' }));
  const again = await back.ask('take-notification', { id });
  assert.deepEqual({ ...again, status: undefined }, { ...first, status: undefined }, 'the first answer, word for word');
  const event = shaped('notification-taken', await back.next('notification-taken'));
  assert.equal(event.answer, true, 'out of the order of the log: no cursor may move by it');
  await bob.settle();
  assert.deepEqual(story(bob), [[1, 'received'], [2, 'taken']], 'nobody else hears of the repeat');
});

test('who is in the channel has the entry of the log as the answer, and hears it once', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, device('Alice'));
  await alice.join('cuisine');
  const { id } = await order(hub, t);
  const taken = await alice.ask('take-notification', { id });
  assert.deepEqual([taken.status, taken.answer], ['ok', undefined]);
  await alice.ask('take-notification', { id });
  await alice.settle();
  assert.deepEqual(alice.payloads('notification-taken').map(({ answer }) => answer), [undefined, true]);
});

test('anybody may release, twice changes nothing, and then somebody else may take', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, device('Alice'));
  const bob = await connect(t, hub, device('Bob'));
  await alice.join('cuisine');
  const { id } = await order(hub, t);
  const never = await bob.ask('release-notification', { id });
  assert.deepEqual([never.status, never.seq, never.answer], ['ok', 1, true], 'nobody has it since it came');
  await alice.ask('take-notification', { id });
  const released = await bob.ask('release-notification', { id });
  assert.deepEqual([released.status, released.by.username], ['ok', 'Bob'], 'who released it is said');
  const repeated = await bob.ask('release-notification', { id });
  assert.deepEqual([repeated.status, repeated.seq, repeated.at], ['ok', released.seq, released.at]);
  assert.equal((await bob.ask('take-notification', { id })).status, 'ok');
  await alice.settle();
  assert.deepEqual(story(alice), [[1, 'received'], [2, 'taken'], [3, 'released'], [4, 'taken']]);
  shaped('notification-released', alice.payloads('notification-released')[0]);
});

test('of several who share a computer, everybody learns which one took it', async (t) => {
  const hub = await startHub(t);
  const bar = await connect(t, hub, device('Bar'));
  const bob = await connect(t, hub, device('Bob'));
  await bob.join('cuisine');
  const { till, id } = await order(hub, t);
  const taken = await bar.ask('take-notification', { id, username: 'Chloé' });
  assert.deepEqual(taken.by, { user_id: 'bar', username: 'Chloé', device_name: 'PC Bar' }, 'the rest is the computer');
  assert.deepEqual((await bob.next('notification-taken')).by, taken.by);
  assert.deepEqual((await bob.ask('take-notification', { id })).errors, ['Déjà pris en charge par Chloé (PC Bar)']);
  const again = await bar.ask('take-notification', { id, username: 'David' });
  assert.deepEqual([again.by.username, again.seq], ['Chloé', taken.seq], 'the first of a computer has it');
  const released = await bar.ask('release-notification', { id, username: 'David' });
  assert.equal(released.by.username, 'Bar', 'only who takes is named');
  for (const [username, shown] of [['  ', 'Bar'], [['Eve'], 'Bar'], [null, 'Bar'], [7, '7'], ['é'.repeat(150), 'é'.repeat(100)]]) {
    const next = await till.send({ channel: 'cuisine', title: 't', message: 'm' });
    const { status, by } = await bar.ask('take-notification', { id: next.notificationId, username });
    assert.deepEqual([status, by.username], ['ok', shown], 'as when connecting');
  }
});

test('a broadcast can be taken too, and everybody hears of it', async (t) => {
  const hub = await startHub(t);
  const away = await connect(t, hub, device('Carol'));
  away.close();
  const bob = await connect(t, hub);
  const { id } = await order(hub, t, null);
  const alice = await connect(t, hub, device('Alice'));
  assert.equal((await alice.ask('take-notification', { id })).channel, null);
  await bob.next('notification-taken');
  const carol = await connect(t, hub, device('Carol'));
  await carol.next('notification-taken');
  assert.deepEqual(story(carol), [[1, 'received'], [2, 'taken']]);
});

test('what is not kept here cannot be taken, and bad payloads have their codes', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, device('Alice'));
  const unknown = 'n_0000000001.000000';
  for (const event of ['take-notification', 'release-notification']) {
    const answer = await alice.ask(event, { id: unknown });
    assert.deepEqual([answer.status, answer.codes, answer.id], ['error', ['unknown_notification'], unknown]);
    const codes = async (...payload) => (await alice.ask(event, ...payload)).codes;
    for (const payload of [[], [null], ['n_1'], [[]], [7]]) assert.deepEqual(await codes(...payload), ['payload_not_object']);
    for (const payload of [{}, { id: null }, { id: '' }, { id: '  ' }]) assert.deepEqual(await codes(payload), ['id_required']);
    for (const id of [7, {}, ['n_1'], true]) assert.deepEqual(await codes({ id }), ['id_not_string']);
    assert.deepEqual(await codes({ id: 'x'.repeat(101) }), ['id_too_long']);
  }
  for (const error of alice.payloads('error-message')) shaped('error-message', error);
  assert.deepEqual(alice.disconnects, []);
});

test('a client of the published API gets its notifications as ever, with claims in between', async (t) => {
  const hub = await startHub(t);
  const early = await connect(t, hub, { auth: { user_id: 'eve' } });
  await early.join('cuisine');
  early.close();
  const till = await connect(t, hub);
  const alice = await connect(t, hub, device('Alice'));
  const ids = [];
  for (let n = 0; n < 300; n += 1) {
    const { notificationId: id } = await till.send({ channel: 'cuisine', title: `${n}`, message: 'm' });
    ids.push(id);
    alice.emit('take-notification', { id }).emit('release-notification', { id });
  }
  await alice.settle();

  const eve = await connect(t, hub, { auth: { user_id: 'eve' } });
  assert.equal((await eve.join('cuisine')).pendingCount, 300, 'claims are not counted');
  const got = await eve.notifications(300);
  assert.deepEqual(got.map(({ id }) => id), ids);
  await eve.next('notification-released', ({ id }) => id === ids.at(-1));
  const places = logged(eve).map(({ payload }) => payload.seq);
  assert.deepEqual(places, places.map((_, n) => n + 1), 'all 900 entries in the order of the log');
  eve.close();
  const again = await connect(t, hub, { auth: { user_id: 'eve' } });
  assert.equal((await again.join('cuisine')).pendingCount, 0);
  await again.settle();
  assert.deepEqual(logged(again), [], 'what has left in order is not given again');
});

test('who joins again while it is behind is told exactly how many notifications still follow', async (t) => {
  const hub = await startHub(t);
  // Nobody is remembered for it, so the log knows no place that it could count from.
  const slow = await connectRaw(t, hub);
  slow.send('42["join-channel","cuisine"]');
  await slow.message('the first join', (text) => text.startsWith('42["channel-joined"'));
  slow.messages = [];
  // More than the kernel takes for it while it does not read.
  slow.socket.pause();
  const till = await connect(t, hub);
  const alice = await connect(t, hub, device('Alice'));
  const data = { menu: 'x'.repeat(60_000) };
  for (let batch = 1; batch <= 10; batch += 1) {
    for (let n = 0; n < 20; n += 1) till.emit('send-notification', { channel: 'cuisine', title: 't', message: 'm', data });
    await till.settle();
    for (const { notificationId: id } of till.payloads('notification-sent').slice(-10)) alice.emit('take-notification', { id });
    await alice.settle();
  }
  slow.send('42["join-channel","cuisine"]');
  await alice.settle();
  slow.socket.resume();
  for (const seq of [60, 120, 180, 240, 300]) await slow.message(`entry ${seq}`, (text) => text.includes(`"seq":${seq},`));

  const events = slow.messages.filter((text) => text.startsWith('42')).map((text) => JSON.parse(text.slice(2)));
  const joined = events.findIndex(([event]) => event === 'channel-joined');
  const following = events.slice(joined).filter(([event]) => event === 'notification-received').length;
  assert.ok(following > 0, 'it was behind when it joined');
  assert.equal(events[joined][1].pendingCount, following);
});

test('who has it survives a kill -9 of the hub', async (t) => {
  const hub = await startHub(t);
  const bob = await connect(t, hub, device('Bob'));
  await bob.join('cuisine');
  bob.close();
  const { id } = await order(hub, t);
  const alice = await connect(t, hub, device('Alice'));
  const first = await alice.ask('take-notification', { id });
  await hub.kill();

  const next = await startHub(t, { data: hub.data });
  const back = await connect(t, next, device('Alice'));
  assert.deepEqual(await back.ask('take-notification', { id }), first, 'it was on the disk before she heard of it');
  const again = await connect(t, next, device('Bob'));
  assert.equal((await again.join('cuisine')).pendingCount, 1);
  assert.equal((await again.next('notification-taken')).seq, first.seq);
  assert.deepEqual((await again.ask('take-notification', { id })).codes, ['already_taken']);
});

test('a restored copy knows who had it, under its new epoch', async (t) => {
  const hub = await startHub(t);
  const { id } = await order(hub, t);
  const alice = await connect(t, hub, device('Alice'));
  await alice.ask('take-notification', { id });
  const { epoch } = alice.payloads('connection-confirmed')[0];
  const copy = `${hub.data}/copy.sqlite3`;
  await chapfood('backup', '--data', hub.data, copy);
  await hub.stop();
  await chapfood('restore', '--data', hub.data, copy);

  const restored = await startHub(t, { data: hub.data });
  const bob = await connect(t, restored, device('Bob', { cursors: { cuisine: { epoch, seq: 2 } } }));
  bob.emit('join-channel', 'cuisine');
  const taken = await bob.next('notification-taken');
  const joined = await bob.next('channel-joined');
  assert.deepEqual([joined.pendingCount, joined.recovered], [1, false]);
  assert.deepEqual([taken.by.username, taken.epoch], ['Alice', joined.epoch]);
  assert.notEqual(taken.epoch, epoch);
  assert.deepEqual((await bob.ask('take-notification', { id })).codes, ['already_taken']);
});
