// Bad input of every kind. Each gets its error or, past what the transport can carry, a closed connection;
// two bystanders are still connected after each, and have had everything.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bystander } from './support/bystander.js';
import { begin, connect } from './support/client.js';
import { startHub } from './support/hub.js';
import { connectRaw, openRaw, openTcp, pollRaw } from './support/raw.js';
import { within } from './support/within.js';

const nestedArrays = (levels) => '['.repeat(levels) + ']'.repeat(levels);
const nestedObjects = (levels) => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
const TWO_MEGABYTES = 2 * 1024 * 1024;

test('null, absent, arrays, numbers and objects as payloads', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const rude = await connect(t, hub);
  for (const event of ['send-notification', 'join-channel', 'leave-channel']) {
    for (const payload of [[], [null], [[]], [7], [1e308], [-0.5], [true], [{ name: 'x' }], [[[[]]]]]) {
      rude.emit(event, ...payload);
      const { event: answered } = await rude.next('error-message');
      assert.equal(answered, event);
    }
    await stillServed(`wrong payloads of ${event}`);
  }
  for (const event of ['get-stats', 'get-channels']) {
    assert.equal((await rude.ask(event, { what: 'is this' })).status, 'ok', 'what needs no payload ignores one');
  }
  assert.deepEqual(rude.disconnects, []);
});

test('more arguments than an event has', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const rude = await connect(t, hub);
  rude.emit('join-channel', 'devops', 'orders', { and: 'more' });
  assert.equal((await rude.next('channel-joined')).channel, 'devops');
  rude.emit('send-notification', { channel: 'devops', title: 't', message: 'm' }, 'more');
  await rude.next('notification-sent');
  await stillServed('superfluous arguments');
});

test('a channel name that is an object', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const rude = await connect(t, hub);
  for (const name of [{ channel: 'bystander' }, ['bystander'], { toString: 'bystander' }]) {
    rude.emit('join-channel', name);
    await rude.refused(["Le champ 'channel' doit être une chaîne de caractères"], ['channel_not_string'], 'join-channel');
  }
  await stillServed('channel names that are objects');
  await rude.settle();
  assert.deepEqual(rude.payloads('notification-received'), [], 'it did not get into the channel');
});

test('unknown events, with payloads and callbacks', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const rude = await connect(t, hub);
  const names = ['order.created', 'JOIN-CHANNEL', 'join_channel', ' ', 'é🍔', 'x'.repeat(1_000), '__proto__', 'server-stats'];
  for (const name of names) {
    rude.emit(name, { ref: 'ORD-42' });
    const { codes } = await rude.next('error-message');
    assert.deepEqual(codes, ['unknown_event']);
    assert.equal((await rude.ask(name)).status, 'error');
    await rude.next('error-message');
  }
  await stillServed('unknown events');
  assert.deepEqual(rude.disconnects, []);
});

test('binary attachments', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const rude = await connect(t, hub);
  const bytes = Buffer.from([0, 1, 2, 255]);
  const sends = [
    ['send-notification', bytes],
    ['send-notification', { title: bytes, message: 'm' }],
    ['send-notification', { title: 't', message: 'm', data: { photo: bytes } }],
    ['send-notification', { title: 't', message: 'm', data: { photos: [bytes, bytes] } }],
    ['join-channel', bytes],
  ];
  for (const [event, payload] of sends) {
    rude.emit(event, payload);
    await rude.refused(['Les pièces jointes binaires ne sont pas acceptées'], ['binary_not_supported'], event);
    await stillServed(`a binary ${event}`);
  }
  assert.deepEqual(rude.disconnects, []);
  assert.deepEqual(rude.payloads('notification-sent'), []);
});

test('binary attachments over long polling', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const rude = await connect(t, hub, { transports: ['polling'] });
  rude.emit('send-notification', { title: 't', message: 'm', data: { photo: Buffer.alloc(1_000) } });
  await rude.refused(['Les pièces jointes binaires ne sont pas acceptées'], ['binary_not_supported']);
  await stillServed('a binary over polling');
  assert.deepEqual(rude.disconnects, []);
});

test('an announced attachment that never comes', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const rude = await connectRaw(t, hub);
  rude.send('451-["send-notification",{"_placeholder":true,"num":0}]');
  await stillServed('a missing attachment');
  rude.send('459999999999-["send-notification",{"_placeholder":true,"num":0}]');
  await stillServed('a billion announced attachments');
});

test('JSON nested 1,000 levels and far more', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  for (const [what, json] of [
    ['1,000 arrays', nestedArrays(1_000)],
    ['1,000 objects', nestedObjects(1_000)],
    ['100,000 arrays', nestedArrays(100_000)],
  ]) {
    const rude = await connectRaw(t, hub);
    rude.send(`42["send-notification",{"title":"t","message":"m","data":{"deep":${json}}}]`);
    await rude.refused('payload_unreadable');
    rude.send(`42["join-channel",${json}]`);
    await rude.refused('payload_unreadable');
    await rude.settle();
    await stillServed(what);
  }
});

test('brackets that are never closed are no packet: the connection is closed', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const rude = await connectRaw(t, hub);
  rude.send(`42["send-notification",${'['.repeat(400_000)}`);
  await within(5_000, 'the connection is closed', rude.closed);
  await stillServed('400,000 open brackets');
});

test('JSON that is no JSON, and packets that are no packets', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const packets = [
    '42', '42[', '42[]', '42{}', '42[7]', '42[null]', '42["send-notification",', '42["send-notification",{"title":}]',
    '42["join-channel","\\ud800"]', '42nonsense', '4', '49', '43', '43[]', '4399[1]', '41', '44{}', '46', '40', '40{}',
    '42/nowhere,["join-channel","x"]', '40/nowhere,', '40/admin,{}', '421["join-channel"]', '4299999999999999999999["get-stats"]',
    'hello', '7', '9', '1', '3', '5', '6', '0{}', '\u0000', 'bAAEC', '42["get-stats"]'.repeat(3),
  ];
  for (const packet of packets) {
    const rude = await connectRaw(t, hub);
    rude.send(packet);
    rude.send('42["get-stats"]');
    await stillServed(JSON.stringify(packet));
    rude.end();
  }
  const rude = await connectRaw(t, hub);
  rude.socket.send(Buffer.from([4, 50, 91]));
  await stillServed('a binary frame that nobody announced');
});

test('events before the connection is confirmed', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const rude = await openRaw(t, hub);
  rude.send('42["join-channel","bystander"]');
  rude.send('42["send-notification",{"title":"t","message":"m"}]');
  await stillServed('events before the connection');
  assert.ok(!rude.messages.some((text) => text.includes('notification')), 'nothing reaches it');
});

test('a CONNECT payload of every wrong kind is let in as nobody, or refused, and harms nobody', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  for (const auth of ['null', '[]', '7', '"x"', '{"user_id":{}}', '{"username":["a"]}', `{"user_id":"${'x'.repeat(100_000)}"}`]) {
    const rude = await openRaw(t, hub);
    rude.send(`40${auth}`);
    await rude.message('a confirmation or a refusal', (text) => text.startsWith('40{') || text.startsWith('44'));
    await stillServed(`auth ${auth.slice(0, 40)}`);
  }
});

test('2 MB over WebSocket: the connection is closed, the others notice nothing', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const rude = await connect(t, hub);
  const closed = new Promise((resolve) => rude.socket.on('disconnect', resolve));
  rude.emit('send-notification', { title: 't', message: 'x'.repeat(TWO_MEGABYTES) });
  await within(5_000, 'the connection is closed', closed);
  await stillServed('2 MB over WebSocket');
});

test('2 MB over long polling: refused, the others notice nothing', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const rude = await pollRaw(hub);
  assert.equal((await rude.post('40')).status, 200);
  // The hub may answer while the body is still under way, and then close: both are a refusal.
  const refused = await rude.post(`42["send-notification",{"title":"t","message":"${'x'.repeat(TWO_MEGABYTES)}"}]`).then(
    ({ status }) => status >= 400,
    (fault) => ['ECONNRESET', 'EPIPE'].includes(fault.code),
  );
  assert.ok(refused);
  await stillServed('2 MB over polling');
});

test('just below the limit of the transport, an error is answered', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const rude = await connect(t, hub);
  rude.emit('send-notification', { title: 't', message: 'x'.repeat(900_000) });
  await rude.refused(["Le champ 'message' dépasse 4000 caractères"], ['message_too_long']);
  await stillServed('900 kB');
});

test('half-open sockets: nothing sent, half a request, a WebSocket without a word', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const upgrade =
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
  const halves = ['', 'GET /socket.io/?EIO=4', 'POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n4', upgrade];
  for (const half of halves) {
    await Promise.all(Array.from({ length: 50 }, () => openTcp(t, hub, half)));
    await stillServed(`50 times ${JSON.stringify(half.slice(0, 30))}`);
  }
});

test('a client that answers no ping is given up, and leaves its channels', async (t) => {
  const hub = await startHub(t, { args: ['--ping-interval-ms', '300', '--ping-timeout-ms', '300'] });
  const { stillServed, listener } = await bystander(t, hub);
  const mute = await connectRaw(t, hub, { pong: false });
  mute.send('42["join-channel","salle"]');
  await listener.next('server-stats', (stats) => stats.connectedClients === 3 && stats.activeChannels === 2);
  await listener.next('server-stats', (stats) => stats.connectedClients === 2 && stats.activeChannels === 1);
  await stillServed('a mute client');
});

test('a connection that is torn off in the middle of its messages', async (t) => {
  const hub = await startHub(t);
  const { stillServed, listener } = await bystander(t, hub);
  for (let n = 0; n < 20; n += 1) {
    const rude = await connectRaw(t, hub);
    rude.send('42["join-channel","salle"]');
    rude.send('42["send-notification",{"channel":"salle","title":"t","message":"m"}]');
    rude.end();
  }
  await stillServed('20 torn connections');
  await listener.next('server-stats', (stats) => stats.connectedClients === 2 && stats.activeChannels === 1);
});

test('a client that never reads holds up nobody', async (t) => {
  const hub = await startHub(t);
  const { stillServed, listener } = await bystander(t, hub);
  const deaf = await connectRaw(t, hub, { auth: { user_id: 'deaf' } });
  await deaf.settle();
  deaf.socket.pause();
  const sender = await connect(t, hub);
  // 12 MB: more than the sockets of the deaf one hold.
  const data = { a: 'x'.repeat(60_000) };
  for (let n = 0; n < 200; n += 1) sender.emit('send-notification', { title: `${n}`, message: 'm', data });
  const got = await listener.notifications(200, (notification) => notification.channel === null, 20_000);
  assert.deepEqual(got.map((notification) => notification.title), Array.from({ length: 200 }, (_, n) => `${n}`));
  await sender.settle();
  assert.deepEqual(sender.payloads('error-message'), []);
  await stillServed('a deaf client');
});

test('a web page of a stranger gets in over no transport, one of this computer does', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  const strangers = [
    [['websocket'], { Origin: 'https://evil.example' }],
    [['websocket'], { Origin: 'null' }],
    [['polling'], { Origin: 'https://evil.example' }],
    // Their own name, which they made point here. (The stock client lets only WebSocket choose it.)
    [['websocket'], { Host: 'evil.example:8001' }],
  ];
  for (const [transports, extraHeaders] of strangers) {
    const stranger = begin(t, hub, { transports, extraHeaders });
    const refused = new Promise((resolve) => stranger.socket.on('connect_error', resolve));
    await within(5_000, `${transports} with ${JSON.stringify(extraHeaders)} is refused`, refused);
    assert.deepEqual(stranger.log, []);
  }
  for (const transports of [['websocket'], ['polling']]) {
    const page = await connect(t, hub, { transports, extraHeaders: { Origin: 'http://localhost:3000' } });
    await page.join('devops');
  }
  await stillServed('strangers');
});

test('plain HTTP to wrong places is answered, not followed', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  for (const path of ['/', '/socket.io', '/socket.io/', '/socket.io/?EIO=3&transport=polling', '/socket.io/?EIO=4&transport=polling&sid=none', '/../../etc/passwd', '/%00']) {
    const answer = await fetch(`${hub.url}${path}`, { signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    assert.ok(answer.status < 500, `${path}: ${answer.status}`);
  }
  await stillServed('wrong requests');
});

test('a client is in a thousand channels at most, and told so in its language', async (t) => {
  const hub = await startHub(t);
  const { stillServed } = await bystander(t, hub);
  for (const [lang, words] of [
    ['fr', "Vous êtes déjà dans 1000 canaux : quittez-en un d'abord"],
    ['en', 'You are in 1000 channels already: leave one first'],
  ]) {
    const hoarder = await connect(t, hub, { auth: { user_id: `hoarder-${lang}`, lang } });
    for (let n = 0; n <= 1_000; n += 1) hoarder.emit('join-channel', `${lang}-${n}`);
    await hoarder.refused([words], ['too_many_channels'], 'join-channel');
    await hoarder.settle();
    assert.equal(hoarder.payloads('channel-joined').length, 1_000);
    await hoarder.join(`${lang}-7`);
    hoarder.emit('leave-channel', `${lang}-7`);
    await hoarder.next('channel-left');
    hoarder.emit('join-channel', 'one for one');
    await hoarder.next('channel-joined', ({ channel }) => channel === 'one for one');
  }
  await stillServed('a hoarder of channels');
});
