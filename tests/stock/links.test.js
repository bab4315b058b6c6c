// Links that are slow, stuck or torn, and clients that leave over them: nobody loses an order by it, and nobody
// else notices.

import assert from 'node:assert/strict';
import { createServer, connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';

import { connect } from './support/client.js';
import { startHub } from './support/hub.js';
import { connectRaw, pollRaw } from './support/raw.js';
import { within } from './support/within.js';

const BOB = { auth: { user_id: 'bob' } };

// So many notifications with `bytes` of data each, and their ids once all are confirmed.
async function publish(till, channel, count, bytes) {
  const before = till.payloads('notification-sent').length;
  const data = { filling: 'x'.repeat(bytes) };
  for (let n = 1; n <= count; n += 1) till.emit('send-notification', { channel, title: `${n}`, message: 'm', data });
  await till.settle();
  const sent = till.payloads('notification-sent').slice(before);
  assert.equal(sent.length, count);
  return sent.map(({ notificationId }) => notificationId);
}

// A way to the hub that lets so many bytes through to the client in a second.
async function slowLink(t, hub, bytesPerSecond) {
  const server = createServer((client) => {
    const upstream = connectTcp(hub.port, '127.0.0.1');
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      client.write(chunk);
      upstream.pause();
      setTimeout(() => upstream.resume(), (chunk.length / bytesPerSecond) * 1_000);
    });
    const end = () => [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${server.address().port}` };
}

test('a slow link with a backlog catches up on one connection, and pings are heard in between', async (t) => {
  const hub = await startHub(t, { args: ['--ping-interval-ms', '500', '--ping-timeout-ms', '500'] });
  const till = await connect(t, hub);
  const visitor = await connect(t, hub, BOB);
  await visitor.join('cuisine');
  visitor.close();
  // Over this link it takes several times as long as a ping may.
  const ids = await publish(till, 'cuisine', 300, 30_000);
  const bob = await connect(t, await slowLink(t, hub, 3_000_000), BOB);
  bob.emit('join-channel', 'cuisine');
  const got = await bob.notifications(300, undefined, 30_000);
  assert.deepEqual(got.map(({ id }) => id), ids, 'each once and in order');
  assert.deepEqual(bob.disconnects, [], 'it was never given up');
});

for (const [how, leave] of [
  ['leaves the channel', (socket) => socket.emit('leave-channel', 'cuisine')],
  ['disconnects', (socket) => socket.disconnect()],
]) {
  test(`who ${how} while nothing reaches it any more gets later what did not arrive`, async (t) => {
    const hub = await startHub(t);
    const till = await connect(t, hub);
    const bob = await connect(t, hub, BOB);
    await bob.join('cuisine');
    const wire = bob.socket.io.engine.transport.ws._socket;
    wire.pause();
    await publish(till, 'cuisine', 300, 30_000);
    const arrived = bob.payloads('notification-received').length;
    leave(bob.socket);
    // The hub hears of it in order, like of everything else.
    const alone = (stats) => stats.activeChannels === 0;
    await till.next('server-stats', alone);
    wire.destroy();

    const again = await connect(t, hub, BOB);
    const { pendingCount } = await again.join('cuisine');
    assert.ok(pendingCount + arrived >= 300, `${arrived} had arrived, ${pendingCount} are pending`);
    await again.notifications(pendingCount, undefined, 20_000);
  });
}

// What bob is still owed of `cuisine`, once the hub has noticed that he went.
async function owed(t, hub, till) {
  await till.next('server-stats', (stats) => stats.activeChannels === 0);
  const bob = await connect(t, hub, BOB);
  return (await bob.join('cuisine')).pendingCount;
}

test('a polling client that closes because an answer was torn gets what was in the answer', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const bob = await pollRaw(hub);
  await bob.post('40{"user_id":"bob"}');
  await bob.post('42["join-channel","cuisine"]');
  for (let answer = ''; !answer.includes('channel-joined'); ) answer = (await bob.get()).text;
  await publish(till, 'cuisine', 3, 10);
  const { text } = await bob.get();
  assert.match(text, /notification-received/, 'it left the hub');
  // It was torn on its way, say. The stock client then closes its session with a word.
  await bob.post('1');
  assert.equal(await owed(t, hub, till), 3);
});

test('a client that closes because no ping came gets what was on its way', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const bob = await connectRaw(t, hub, { auth: BOB.auth });
  bob.send('42["join-channel","cuisine"]');
  await bob.message('the join is answered', (text) => text.startsWith('42["channel-joined"'));
  await publish(till, 'cuisine', 3, 10);
  // All of it stuck in the network, say; the closing frame comes through.
  bob.socket.close();
  assert.equal(await owed(t, hub, till), 3);
});

test('a client that goes and comes back on one connection is served like a new one', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const guest = await connectRaw(t, hub);
  for (let n = 0; n < 3_000; n += 1) guest.send('42["get-stats"]');
  guest.send('41');
  // While the library is still taking leave it overhears a connect, so the client asks until it is heard; the
  // hub itself still has the requests from before to work off.
  const confirmed = () => guest.messages.filter((text) => text.startsWith('42["connection-confirmed"')).length;
  const letIn = async () => {
    while (confirmed() < 2) {
      guest.send('40');
      await till.settle();
    }
  };
  await within(5_000, 'it is let in again', letIn());
  guest.send('42["join-channel","cuisine"]');
  await guest.message('the join is answered', (text) => text.startsWith('42["channel-joined"'));
  const sent = await till.send({ channel: 'cuisine', title: 'for the guest', message: 'm' });
  assert.equal(sent.subscribers, 1);
  await guest.message('the order arrives', (text) => text.includes('for the guest'));
});

test('two people whose ids differ only at their far end stay two', async (t) => {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const named = (end) => ({ auth: { user_id: 'token.'.repeat(30) + end } });
  for (const end of ['anna', 'bruno']) {
    const person = await connect(t, hub, named(end));
    await person.join('cuisine');
    person.close();
  }
  await till.send({ channel: 'cuisine', title: 'for both', message: 'm' });
  for (const end of ['anna', 'bruno']) {
    const person = await connect(t, hub, named(end));
    assert.equal((await person.join('cuisine')).pendingCount, 1, end);
    await person.notifications(1);
    person.close();
  }
});

test('two nameless senders may use the same client_id', async (t) => {
  const hub = await startHub(t);
  const answers = [];
  for (let n = 0; n < 2; n += 1) {
    const till = await connect(t, hub);
    answers.push(await till.send({ channel: 'cuisine', title: `till ${n}`, message: 'm', client_id: '1' }));
  }
  assert.deepEqual(answers.map(({ duplicate }) => duplicate), [false, false]);
});
