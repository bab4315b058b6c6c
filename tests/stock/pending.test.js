// What a subscriber missed is counted, and follows at once: oldest first, under the same ids, and also
// after the hub was restarted or killed.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { connect } from './support/client.js';
import { startHub } from './support/hub.js';
import { shaped } from './support/shapes.js';
import { within } from './support/within.js';

const BOB = { auth: { user_id: 'bob' } };
const range = (count) => Array.from({ length: count }, (_, n) => n);

async function sendMany(sender, channel, count) {
  const ids = [];
  for (const n of range(count)) ids.push((await sender.send({ channel, title: `${n}`, message: 'm' })).notificationId);
  return ids;
}

// Bob was here and left; so the hub knows what he has.
async function visit(t, hub, options, channel) {
  const bob = await connect(t, hub, options);
  await bob.join(channel);
  bob.close();
}

async function expectPending(t, hub, options, channel, ids) {
  const bob = await connect(t, hub, options);
  const joined = shaped('channel-joined', await bob.join(channel));
  assert.equal(joined.pendingCount, ids.length);
  const got = await bob.notifications(ids.length);
  assert.deepEqual(got.map((notification) => notification.id), ids, 'the same ids, oldest first');
  for (const notification of got) assert.equal(shaped('notification-received', notification).replayed, true);
  await bob.settle();
  assert.equal(bob.payloads('notification-received').length, ids.length, 'and nothing else');
  return bob;
}

test('a subscriber that was away gets exactly what it missed, before anything newer', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  await visit(t, hub, BOB, 'cuisine');
  const ids = await sendMany(till, 'cuisine', 5);

  const bob = await connect(t, hub, BOB);
  bob.emit('join-channel', 'cuisine');
  const live = await till.send({ channel: 'cuisine', title: 'live', message: 'm' });
  const joined = await bob.next('channel-joined');
  const got = await bob.notifications(6);
  assert.deepEqual(got.map((notification) => notification.id), [...ids, live.notificationId]);
  assert.ok([5, 6].includes(joined.pendingCount), `the live one came before or after the join: ${joined.pendingCount}`);
  const order = bob.log.map(({ event }) => event).filter((event) => event === 'channel-joined' || event === 'notification-received');
  assert.equal(order[0], 'channel-joined', 'the answer comes first, so that the count means what follows');
});

test('once received, nothing is pending any more', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  await visit(t, hub, BOB, 'cuisine');
  const bob = await expectPending(t, hub, BOB, 'cuisine', await sendMany(till, 'cuisine', 3));
  bob.close();
  const again = await expectPending(t, hub, BOB, 'cuisine', []);
  again.close();
});

test('a subscriber never seen in a channel starts at its end', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  await sendMany(till, 'cuisine', 3);
  await expectPending(t, hub, { auth: { user_id: 'carol' } }, 'cuisine', []);
});

test('who gives neither user_id nor device_id is live only', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const nameless = { auth: { username: 'Alice' } };
  await visit(t, hub, nameless, 'cuisine');
  await sendMany(till, 'cuisine', 3);
  await expectPending(t, hub, nameless, 'cuisine', []);
});

test('two computers of one person each get what they missed', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const counter = { auth: { user_id: 'bob', device_id: 'counter' } };
  const office = { auth: { user_id: 'bob', device_id: 'office' } };
  await visit(t, hub, counter, 'cuisine');
  await visit(t, hub, office, 'cuisine');
  const ids = await sendMany(till, 'cuisine', 3);
  await expectPending(t, hub, counter, 'cuisine', ids);
  await expectPending(t, hub, office, 'cuisine', ids);
});

test('each channel has its own pending', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  await visit(t, hub, BOB, 'cuisine');
  await visit(t, hub, BOB, '42');
  const kitchen = await sendMany(till, 'cuisine', 2);
  const numbered = await sendMany(till, '42', 3);
  const bob = await expectPending(t, hub, BOB, 'cuisine', kitchen);
  bob.close();
  await expectPending(t, hub, BOB, '42', numbered);
});

test('pending survives an orderly restart of the hub', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  await visit(t, hub, BOB, 'cuisine');
  const ids = await sendMany(till, 'cuisine', 20);
  assert.equal(await hub.stop(), 0);
  const again = await startHub(t, { data: hub.data });
  await expectPending(t, again, BOB, 'cuisine', ids);
});

test('what was confirmed before a kill -9 of the hub is pending after it', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  await visit(t, hub, BOB, 'cuisine');
  const ids = await sendMany(till, 'cuisine', 20);
  await hub.kill();
  const again = await startHub(t, { data: hub.data });
  await expectPending(t, again, BOB, 'cuisine', ids);
});

test('kill -9 in the middle of a burst: everything that was confirmed is kept, once and in order', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  await visit(t, hub, BOB, 'cuisine');
  for (const n of range(5_000)) till.emit('send-notification', { channel: 'cuisine', title: `${n}`, message: 'm' });
  await till.next('notification-sent');
  await hub.kill();
  const confirmed = till.payloads('notification-sent').map((sent) => sent.notificationId);
  t.diagnostic(`${confirmed.length} of 5,000 were confirmed before the kill`);

  const again = await startHub(t, { data: hub.data });
  const bob = await connect(t, again, BOB);
  const { pendingCount } = await bob.join('cuisine');
  assert.ok(pendingCount >= confirmed.length, `${pendingCount} kept, ${confirmed.length} confirmed`);
  const got = (await bob.notifications(pendingCount, undefined, 20_000)).map((notification) => notification.id);
  assert.deepEqual(got.slice(0, confirmed.length), confirmed);
  assert.equal(new Set(got).size, got.length);
  assert.deepEqual(got, got.toSorted());
});

// Between confirmation and delivery: the subscriber is connected and frozen, so it has taken nothing when
// the hub dies. What its system had already received it may get twice, under the same id.
test('kill -9 between confirmation and delivery: a frozen subscriber loses nothing', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const script = fileURLToPath(new URL('./support/subscriber.js', import.meta.url));
  const child = spawn(process.execPath, [script, hub.url, 'bob', 'cuisine'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const received = [];
  let heard = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    received.push(JSON.parse(line));
    heard();
  });
  const until = (what, isDone) =>
    within(20_000, what, new Promise((resolve) => {
      heard = () => isDone() && resolve();
      heard();
    }));
  await until('the subscriber joins', () => received.some(([event]) => event === 'channel-joined'));

  child.kill('SIGSTOP');
  const ids = await sendMany(till, 'cuisine', 50);
  await hub.kill();
  await startHub(t, { data: hub.data, port: hub.port });
  child.kill('SIGCONT');

  const got = () => received.filter(([event]) => event === 'notification-received').map(([, payload]) => payload);
  await until('every confirmed one arrives', () => new Set(got().map(({ id }) => id)).size === ids.length);
  const first = new Map();
  for (const notification of got()) {
    const earlier = first.get(notification.id);
    if (earlier) assert.deepEqual({ ...notification, replayed: 0 }, { ...earlier, replayed: 0 }, 'doubled means identical');
    else first.set(notification.id, notification);
  }
  assert.deepEqual([...first.keys()], ids, 'all, in order');
});
