// Devices that speak Part 3 say themselves what they have: nothing is given up for them before that, and
// nothing is hidden from them that is gone.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from './support/client.js';
import { startHub } from './support/hub.js';

const device = (cursors = {}) => ({ auth: { user_id: 'bob', device_id: 'bar-1', protocol: 2, cursors } });
const titles = (notifications) => notifications.map((notification) => notification.title);

async function sendMany(sender, channel, count, from = 1) {
  for (let n = from; n < from + count; n += 1) await sender.send({ channel, title: `${n}`, message: 'm' });
}

test('what a device did not acknowledge comes again, however cleanly it left', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const first = await connect(t, hub, device());
  await first.join('bar');
  await sendMany(till, 'bar', 3);
  await first.notifications(3);
  assert.deepEqual(await first.ask('received', { channel: 'bar', seq: 2 }), { status: 'ok', channel: 'bar', seq: 2 });
  first.close();

  const again = await connect(t, hub, device());
  const joined = await again.join('bar');
  assert.equal(joined.pendingCount, 1);
  assert.equal(joined.recovered, true);
  assert.deepEqual(titles(await again.notifications(1)), ['3']);
});

test('a receipt survives a restart of the hub', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const first = await connect(t, hub, device());
  await first.join('bar');
  await sendMany(till, 'bar', 3);
  await first.notifications(3);
  await first.ask('received', { channel: 'bar', seq: 2 });
  await hub.stop();

  const next = await startHub(t, { data: hub.data });
  const again = await connect(t, next, device());
  assert.equal((await again.join('bar')).pendingCount, 1);
});

test('the place that a device names counts more than what the hub remembers', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const first = await connect(t, hub, device());
  const { epoch } = await first.join('bar');
  await sendMany(till, 'bar', 4);
  await first.notifications(4);
  await first.ask('received', { channel: 'bar', seq: 4 });
  first.close();

  const restored = await connect(t, hub, device({ bar: { epoch, seq: 1 } }));
  assert.equal((await restored.join('bar')).pendingCount, 3, 'its disk knows less than it once acknowledged');
  assert.deepEqual(titles(await restored.notifications(3)), ['2', '3', '4']);
  restored.close();
  const later = await connect(t, hub, device());
  assert.equal((await later.join('bar')).pendingCount, 3, 'and what it acknowledged before no longer counts');
});

test('a place of another database, or beyond the end, is said and everything kept follows', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  await sendMany(till, 'bar', 2);
  for (const [name, claim] of [['foreign', { epoch: 'another', seq: 1 }], ['ahead', { epoch: null, seq: 99 }]]) {
    const { epoch } = await till.join('bar');
    const auth = { device_id: name, protocol: 2, cursors: { bar: { epoch: claim.epoch ?? epoch, seq: claim.seq } } };
    const lost = await connect(t, hub, { auth });
    lost.emit('join-channel', 'bar');
    assert.deepEqual(await lost.next('resync-required'), { channel: 'bar', epoch, head: 2 });
    const joined = await lost.next('channel-joined');
    assert.equal(joined.recovered, false, 'the history may be incomplete');
    assert.equal(joined.pendingCount, 2);
    assert.deepEqual(titles(await lost.notifications(2)), ['1', '2']);
    assert.equal((await lost.join('bar')).pendingCount, 0, 'a place is used once: asking again changes nothing');
  }
});

test('a device that was away gets the broadcasts too, and others do not', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  for (const options of [device(), { auth: { user_id: 'eve' } }]) (await connect(t, hub, options)).close();
  await sendMany(till, undefined, 2);

  const again = await connect(t, hub, device());
  assert.deepEqual(titles(await again.notifications(2)), ['1', '2']);
  await again.ask('received', { channel: '*', seq: 1 });
  again.close();
  const third = await connect(t, hub, device());
  assert.deepEqual(titles(await third.notifications(1)), ['2']);
  const stock = await connect(t, hub, { auth: { user_id: 'eve' } });
  await stock.settle();
  assert.deepEqual(stock.payloads('notification-received'), [], 'the published API has broadcasts live only');
});

test('receipts are checked like everything else', async (t) => {
  const hub = await startHub(t);
  const bob = await connect(t, hub, device());
  const codes = async (...payload) => (await bob.ask('received', ...payload)).codes;
  assert.deepEqual(await codes(), ['payload_not_object']);
  assert.deepEqual(await codes({ channel: 7, seq: -1 }), ['channel_not_string', 'seq_not_count']);
  assert.deepEqual(await codes({ channel: 'bar', seq: 1 }), ['not_in_channel']);
});

test('a receipt of more than was given counts as what was given', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const bob = await connect(t, hub, device());
  await bob.join('bar');
  await sendMany(till, 'bar', 1);
  await bob.notifications(1);
  await bob.ask('received', { channel: 'bar', seq: 1_000_000 });
  bob.close();
  await sendMany(till, 'bar', 1, 2);
  const again = await connect(t, hub, device());
  assert.equal((await again.join('bar')).pendingCount, 1, 'the second one was never given');
});
