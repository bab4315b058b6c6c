// Part 3: updates by key, and what came too late. Everything that is kept is delivered, in order, whatever became
// of it since: a missed order that ran out unseen is just what a shop must learn of.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from './support/client.js';
import { startHub } from './support/hub.js';
import { shaped } from './support/shapes.js';

const BOB = { auth: { user_id: 'bob' } };
// Over at once, so that nobody has to wait for it; and for ever, as far as a test is concerned.
const OVER = 0;
const LONG = 86_400;

test('live and missed notifications carry their key, their ttl and the epoch that their number counts in', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const bob = await connect(t, hub, BOB);
  await bob.join('cuisine');
  const order = { channel: 'cuisine', title: 'Commande 42', message: 'm', key: 'order-42', ttl: LONG };
  await till.send(order);
  const live = shaped('notification-received', await bob.next('notification-received'));
  const [{ epoch }] = bob.payloads('connection-confirmed');
  assert.deepEqual([live.key, live.ttl, live.epoch], ['order-42', LONG, epoch]);
  assert.equal(live.expired, undefined);
  bob.close();

  await till.send({ ...order, title: 'Commande 42, prête' });
  const again = await connect(t, hub, BOB);
  await again.join('cuisine');
  const missed = shaped('notification-received', await again.next('notification-received', ({ replayed }) => replayed));
  assert.deepEqual([missed.key, missed.ttl, missed.epoch], ['order-42', LONG, epoch]);
  assert.equal(missed.expired, undefined, 'there is a day left');
});

test('who asks for none of it gets none of it', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  await till.join('cuisine');
  await till.send({ channel: 'cuisine', title: 't', message: 'm' });
  const got = await till.next('notification-received');
  for (const field of ['key', 'ttl', 'expired']) assert.ok(!(field in got), `${field} is absent`);
});

test('what was superseded and what is over is pending all the same, in order, and only what is over says so', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const early = await connect(t, hub, BOB);
  await early.join('cuisine');
  early.close();
  const sent = [
    { title: 'en attente', key: 'order-42' },
    { title: 'il est midi', ttl: OVER },
    { title: 'prête', key: 'order-42' },
    { title: 'encore un jour', ttl: LONG },
  ];
  for (const fields of sent) await till.send({ channel: 'cuisine', message: 'm', ...fields });

  const bob = await connect(t, hub, BOB);
  assert.equal((await bob.join('cuisine')).pendingCount, 4);
  const got = await bob.notifications(4);
  for (const notification of got) shaped('notification-received', notification);
  assert.deepEqual(got.map(({ title }) => title), sent.map(({ title }) => title), 'nothing is left out');
  assert.deepEqual(got.map(({ expired }) => expired), [undefined, true, undefined, undefined]);
});

test('who is there in time is never told that it is too late', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  await till.join('cuisine');
  await till.send({ channel: 'cuisine', title: 't', message: 'm', ttl: OVER });
  const live = await till.next('notification-received');
  assert.deepEqual([live.ttl, live.expired, live.replayed], [OVER, undefined, false]);
});

test('a key or a ttl of another kind is refused with a code of its own', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const codes = async (fields) => (await till.ask('send-notification', { title: 't', message: 'm', ...fields })).codes;
  assert.deepEqual(await codes({ key: 42 }), ['key_not_string']);
  assert.deepEqual(await codes({ key: ' ' }), ['key_required']);
  assert.deepEqual(await codes({ key: 'é'.repeat(101) }), ['key_too_long']);
  for (const ttl of [-1, 1.5, '60', true]) assert.deepEqual(await codes({ ttl }), ['ttl_not_count'], `${ttl}`);
  assert.deepEqual(await codes({ key: [], ttl: {} }), ['key_not_string', 'ttl_not_count']);
});
