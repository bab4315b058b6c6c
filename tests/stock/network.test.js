// The doors to the network under people who say nothing, come in crowds, guess, or send without end.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent as PlainAgent, get } from 'node:http';
import { Agent } from 'node:https';
import { connect as connectTcp, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { test } from 'node:test';

import { bystander } from './support/bystander.js';
import { begin, connect } from './support/client.js';
import { startHub } from './support/hub.js';
import { ANY_CERTIFICATE, giveToken, revoke, startNetworkHub } from './support/network.js';
import { connectRaw, openTcp } from './support/raw.js';
import { within } from './support/within.js';

const options = (token, more = {}) => ({ ...ANY_CERTIFICATE, auth: { token }, ...more });

test('the certificate at the door is the one whose fingerprint was printed, also after a restart', async (t) => {
  const { hub, doors } = await startNetworkHub(t);
  const shown = async (door) => {
    const socket = connectTls({ host: '127.0.0.1', port: door.port, ...ANY_CERTIFICATE });
    await within(10_000, 'TLS is agreed on', once(socket, 'secureConnect'));
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  assert.equal(await shown(doors.tls), doors.tls.fingerprint);
  await hub.stop();
  const { doors: again } = await startNetworkHub(t, { data: hub.data });
  assert.equal(again.tls.fingerprint, doors.tls.fingerprint);
});

test('no log holds a token or a notification, however much is logged', async (t) => {
  const { hub, doors } = await startNetworkHub(t, { env: { RUST_LOG: 'trace,tungstenite=trace' } });
  const token = await giveToken(hub, ['admin']);
  const wrong = `${token.slice(0, -2)}xy`;
  const bearer = { extraHeaders: { Authorization: `Bearer ${token}` }, auth: {} };
  for (const door of [doors.tls, doors.plain, { url: hub.url }]) {
    for (const transports of [['websocket'], ['polling']]) {
      for (const more of [{}, bearer]) {
        const client = await connect(t, door, options(token, { transports, ...more }));
        await client.join('orders');
        await client.send({ channel: 'orders', title: 'not for the log', message: 'not for the log' });
        client.close();
      }
    }
  }
  const refused = begin(t, doors.tls, options(wrong));
  await within(10_000, 'it is refused', new Promise((resolve) => refused.socket.on('connect_error', resolve)));
  await hub.stop();
  const log = hub.logged();
  assert.ok(log.length > 1_000, 'much was logged');
  for (const secret of [token, token.slice(6, 40), 'not for the log']) {
    assert.ok(!log.includes(secret), log.split('\n').find((line) => line.includes(secret)));
  }
});

test('both protocols of IP lead to the same hub', async (t) => {
  const { hub, doors } = await startNetworkHub(t, { args: ['--lan', '[::]:0'] });
  const both = new URL(hub.doors.find(({ fingerprint, port }) => fingerprint && port !== doors.tls.port).url);
  const token = await giveToken(hub, ['subscriber', 'publisher']);
  for (const host of ['127.0.0.1', '[::1]']) {
    both.hostname = host;
    const client = await connect(t, { url: both.origin }, options(token));
    await client.join('orders');
    client.close();
  }
});

test('whoever says nothing at a door to the network does not stay', async (t) => {
  const { hub, doors } = await startNetworkHub(t, { args: ['--deadline-ms', '2000'] });
  const { stillServed } = await bystander(t, hub);
  const halves = ['', 'GET /socket.io/?EIO=4', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n', '\x16\x03\x01'];
  const silent = [];
  for (const door of [doors.tls, doors.plain]) {
    for (const half of halves) silent.push(await openTcp(t, door, half));
  }
  const upgrade =
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
  silent.push(await openTcp(t, doors.plain, upgrade));
  // Who asks again and again, and never says who it is, has said nothing.
  const asking = await openTcp(t, doors.plain);
  const again = setInterval(() => asking.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'), 200);
  t.after(() => clearInterval(again));
  silent.push(asking);
  for (const socket of silent) socket.resume();
  await within(25_000, 'all of them are shown out', Promise.all(silent.map((socket) => socket.closed || once(socket, 'close'))));
  await stillServed('silence');
});

test('nor at the door for stations without a token, and who comes in there stays', async (t) => {
  const args = ['--deadline-ms', '1000', '--max-connections', '3', '--max-unknown', '2'];
  const hub = await startHub(t, { listen: '0.0.0.0', args });
  const { stillServed } = await bystander(t, hub);
  for (let n = 0; n < 3; n += 1) {
    const silent = (await openTcp(t, hub)).resume();
    await within(10_000, 'silence ends', once(silent, 'close'));
  }
  await Promise.all(Array.from({ length: 20 }, () => openTcp(t, hub, '', { from: '127.0.0.66' })));
  await connect(t, hub);
  await stillServed('silence and strangers');
});

test('who has left stays no longer than who never came in, and who is shown out goes at once', async (t) => {
  const { hub, doors } = await startNetworkHub(t, { args: ['--deadline-ms', '1000'] });
  const token = await giveToken(hub, ['subscriber']);
  const left = await connectRaw(t, doors.tls, { auth: { token } });
  left.send('41');
  await within(10_000, 'its connection ends', left.closed);

  const agent = new PlainAgent({ keepAlive: true, maxSockets: 1 });
  const polling = await connect(t, doors.plain, options(token, { transports: ['polling'], agent }));
  const [wire] = Object.values(agent.sockets).flat();
  const ended = once(wire, 'close');
  await revoke(hub, token);
  await within(10_000, 'its connection ends too', ended);
  assert.deepEqual(polling.payloads('error-message').at(-1).codes, ['token_revoked']);
  agent.destroy();
});

test('whoever begins sessions without end is told to wait, and nobody else is', async (t) => {
  const { hub, doors } = await startNetworkHub(t);
  const token = await giveToken(hub, ['publisher']);
  const { stillServed } = await bystander(t, hub);
  const begun = (more) => new Promise((resolve, reject) => {
    const asked = get(`${doors.plain.url}/socket.io/?EIO=4&transport=polling`, { localAddress: '127.0.0.66', ...more }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    asked.on('error', reject);
  });
  const agent = new PlainAgent({ keepAlive: true, maxSockets: 1 });
  assert.deepEqual([await begun({ agent }), await begun({ agent }), await begun({ agent })], [200, 200, 429], 'over one connection');
  agent.destroy();
  let sessions = 0;
  for (let n = 0; n < 10; n += 1) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => begun({ agent: false })));
    sessions += answers.filter((status) => status === 200).length;
  }
  assert.ok(sessions > 0 && sessions <= 98, `${sessions} of 200`);
  for (const transports of [['polling'], ['websocket']]) {
    const client = await connect(t, doors.plain, options(token, { transports }));
    await client.send({ title: 'meanwhile', message: 'm' });
  }
  await stillServed('sessions without end');
});

test('who was let in stays for as long as it likes, by whatever transport', async (t) => {
  const { hub, doors } = await startNetworkHub(t, { args: ['--deadline-ms', '1000', '--ping-interval-ms', '400', '--ping-timeout-ms', '5000'] });
  const token = await giveToken(hub, ['subscriber', 'publisher']);
  const { stillServed } = await bystander(t, hub);
  const agent = new Agent({ keepAlive: true, ...ANY_CERTIFICATE });
  const clients = [];
  for (const more of [{ transports: ['websocket'] }, { transports: ['polling'] }, { transports: ['polling'], agent }, { transports: ['polling', 'websocket'] }]) {
    clients.push(await connect(t, doors.tls, options(token, more)));
  }
  // Beside them somebody who is not let in: when it is shown out, and the next one, the deadline is well over.
  for (let n = 0; n < 3; n += 1) {
    const silent = await openTcp(t, doors.tls);
    silent.resume();
    await within(20_000, 'silence ends', once(silent, 'close'));
  }
  for (const client of clients) {
    await client.join('orders');
    assert.deepEqual(client.disconnects, []);
    client.close();
  }
  agent.destroy();
  await stillServed('a while');
});

test('the bounds are settings, and told to whom they concern', async (t) => {
  const { hub, doors } = await startNetworkHub(t, { args: ['--sends', '3/1', '--joins', '5/2'] });
  const token = await giveToken(hub, ['subscriber', 'publisher']);
  const client = await connect(t, doors.plain, options(token));
  const [{ limits }] = client.payloads('connection-confirmed');
  assert.deepEqual([limits.sends, limits.joins], [{ burst: 3, per_second: 1 }, { burst: 5, per_second: 2 }]);
  const answers = await Promise.all(Array.from({ length: 10 }, () => client.ask('send-notification', { title: 't', message: 'm' })));
  assert.ok(answers.filter(({ codes }) => codes?.includes('rate_limited')).length > 0);
  const here = await connect(t, hub);
  const own = here.payloads('connection-confirmed')[0].limits;
  assert.ok(!('sends' in own) && !('joins' in own), 'no bound here');
});

test('a computer that connects without end takes no place from whoever has a token', async (t) => {
  const { hub, doors } = await startNetworkHub(t);
  const token = await giveToken(hub, ['subscriber', 'publisher']);
  const inside = await connect(t, doors.tls, options(token));
  await inside.join('orders');
  // Far more than there may be, and they go on coming while the others say who they are.
  let coming = true;
  const crowd = [];
  const flood = Promise.all(Array.from({ length: 20 }, async () => {
    while (coming) crowd.push((await openTcp(t, doors.tls, '', { from: '127.0.0.66' })).resume());
  }));
  const newcomers = [];
  while (crowd.length < 400 || newcomers.length < 10) {
    newcomers.push(await connect(t, doors.tls, options(token)));
  }
  coming = false;
  await flood;
  await newcomers.at(-1).send({ channel: 'orders', title: 'through the crowd', message: 'm' });
  await inside.next('notification-received', ({ title }) => title === 'through the crowd');
  assert.deepEqual([...inside.disconnects, ...newcomers.flatMap(({ disconnects }) => disconnects)], []);
  const left = () => crowd.filter((socket) => !socket.closed && !socket.destroyed).length;
  await within(8_000, 'long before their 10 s only 100 are left', new Promise((resolve) => {
    const look = () => left() <= 100 && resolve();
    for (const socket of crowd) socket.on('close', look);
    look();
  }));
  t.diagnostic(`${crowd.length} strangers, ${newcomers.length} newcomers`);
});

test('guessing takes longer and longer, and keeps nobody with a token waiting', async (t) => {
  const { hub, doors } = await startNetworkHub(t);
  const token = await giveToken(hub, ['publisher']);
  const guess = () => {
    const client = begin(t, doors.tls, options('cf_1_guess'));
    return new Promise((resolve) => client.socket.on('connect_error', resolve));
  };
  await Promise.all(Array.from({ length: 7 }, guess));
  // The eighth waits four seconds.
  let answered = false;
  const last = guess().then(() => (answered = true));
  const good = await connect(t, doors.tls, options(token));
  await good.send({ title: 'meanwhile', message: 'm' });
  assert.equal(answered, false, 'who guesses waits for longer than who knows');
  await within(20_000, 'a guess is answered in the end', last);
});

test('a flood of notifications is told when to come back, and staff get theirs', async (t) => {
  const { hub, doors } = await startNetworkHub(t);
  const { stillServed, listener } = await bystander(t, hub);
  const token = await giveToken(hub, ['publisher']);
  const twice = await Promise.all([connect(t, doors.tls, options(token)), connect(t, doors.plain, options(token))]);
  const started = performance.now();
  const answers = await Promise.all(twice.flatMap((flood, one) => Array.from({ length: 500 }, (_, n) =>
    flood.ask('send-notification', { channel: 'orders', title: `${one}/${n}`, message: 'm', client_id: `${one}-${n}` }))));
  const refused = answers.filter(({ status }) => status === 'error');
  const most = 200 + 20 * ((performance.now() - started) / 1_000) + 1;
  const taken = answers.length - refused.length;
  assert.ok(taken >= 200 && taken <= most, `two connections of a device have one allowance: ${taken} of at most ${most}`);
  for (const { codes, retry_after_ms } of refused) {
    assert.deepEqual(codes, ['rate_limited']);
    assert.ok(retry_after_ms > 0);
  }
  await stillServed('a flood');
  assert.deepEqual(listener.disconnects, []);
  const joins = await connect(t, doors.tls, options(await giveToken(hub, ['subscriber'])));
  const joined = await Promise.all(Array.from({ length: 4_000 }, (_, n) =>
    joins.ask(n % 2 ? 'leave-channel' : 'join-channel', 'orders')));
  assert.ok(joined.some(({ codes }) => codes?.includes('rate_limited')), 'nor does coming and going go on for ever');
  await stillServed('coming and going');
});

test('nor does a token take, ask, or connect without end', async (t) => {
  const { hub, doors } = await startNetworkHub(t, { args: ['--sends', '5/1', '--joins', '5/1'] });
  const { stillServed } = await bystander(t, hub);
  const token = await giveToken(hub, ['subscriber']);
  const client = await connect(t, doors.tls, options(token));
  const claims = await Promise.all(Array.from({ length: 10 }, (_, n) =>
    client.ask(n % 2 ? 'take-notification' : 'release-notification', { id: 'n_1000000000.1' })));
  assert.ok(claims.some(({ codes }) => codes?.includes('rate_limited')), 'claims are rated like sending');
  const receipts = Array.from({ length: 15_000 }, () => client.ask('received', { channel: '*', seq: 0 }));
  const answers = await Promise.all(receipts);
  assert.ok(answers.some(({ codes }) => codes?.includes('rate_limited')), 'and anything else in its own, wide bound');
  let refused;
  for (let n = 0; n < 10 && !refused; n += 1) {
    const again = begin(t, doors.tls, options(token, { auth: { token, device_id: `invented-${n}` } }));
    refused = await new Promise((resolve) => {
      again.socket.on('connect', () => resolve(undefined));
      again.socket.on('connect_error', resolve);
    });
  }
  assert.match(refused?.message ?? '', /\[rate_limited\]$/, 'nor is it let in again and again');
  await stillServed('a token without manners');
});

test('staff get theirs while five devices flood without end', async (t) => {
  const { hub, doors } = await startNetworkHub(t);
  const [cook, till] = [await connect(t, hub), await connect(t, hub)];
  await cook.join('staff');
  let flooding = true;
  let refused = 0;
  const floods = await Promise.all(Array.from({ length: 5 }, async () => {
    const device = await connect(t, doors.plain, options(await giveToken(hub, ['publisher'], ['flood'])));
    return async () => {
      while (flooding) {
        const sends = Array.from({ length: 20 }, () => device.ask('send-notification', { channel: 'flood', title: 't', message: 'm' }));
        for (const { status } of await Promise.all(sends)) refused += status === 'error' ? 1 : 0;
      }
    };
  }));
  const ended = floods.map((flood) => flood());
  const times = [];
  for (let n = 0; n < 200; n += 1) {
    const sent = performance.now();
    till.emit('send-notification', { channel: 'staff', title: `${n}`, message: 'm' });
    await cook.next('notification-received', ({ title }) => title === `${n}`);
    times.push(performance.now() - sent);
  }
  flooding = false;
  await Promise.all(ended);
  assert.ok(refused > 0, 'they sent more than they may');
  times.sort((a, b) => a - b);
  t.diagnostic(`p50 ${times[100].toFixed(1)} ms, p99 ${times[197].toFixed(1)} ms, ${refused} sends refused meanwhile`);
});

// A way to a door that passes everything on, until it is `deaf`: then nothing reaches the client any more, while what
// it says still reaches the hub.
async function link(t, door) {
  const wires = [];
  const server = createServer((near) => {
    const far = connectTcp(door.port, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]]) {
      from.pipe(to);
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
      t.after(() => from.destroy());
    }
    wires.push(far);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = new URL(door.url);
  url.port = server.address().port;
  return { url: url.origin, deafen: () => wires.forEach((wire) => wire.unpipe().pause()) };
}

test('a device that takes nothing any more, though it answers, is gone for everybody soon, with TLS or without', async (t) => {
  const { hub, doors } = await startNetworkHub(t, { args: ['--ping-interval-ms', '1000', '--ping-timeout-ms', '5000'] });
  const till = await connect(t, hub);
  for (const door of [doors.tls, doors.plain]) {
    const way = await link(t, door);
    const tablet = await connectRaw(t, way, { auth: { token: await giveToken(hub, ['subscriber']) } });
    tablet.send('42["join-channel","orders"]');
    await tablet.message('it is there', (text) => text.startsWith('42["channel-joined"'));
    way.deafen();
    const answers = setInterval(() => tablet.send('3'), 300);
    t.after(() => clearInterval(answers));
  }
  await till.next('server-stats', ({ connectedClients }) => connectedClients === 3);
  // More than the kernels take for it.
  const data = { filling: 'x'.repeat(60_000) };
  for (let n = 0; n < 100; n += 1) till.emit('send-notification', { channel: 'orders', title: `${n}`, message: 'm', data });
  await till.settle();
  await till.next('server-stats', ({ connectedClients }) => connectedClients === 1, 40_000);
});

test('who asks for more than it takes does not outlive its time', async (t) => {
  const { doors } = await startNetworkHub(t, { args: ['--deadline-ms', '1000'] });
  const asking = await openTcp(t, doors.plain);
  // The answers are more than the kernels hold, and are taken so slowly that they last for minutes, yet never stop.
  const ask = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n';
  asking.pause().write(ask.repeat(60_000));
  const sip = setInterval(() => asking.read(2_000) && asking.write(ask), 100);
  t.after(() => clearInterval(sip));
  await within(10_000, 'it is shown out', new Promise((resolve) => asking.on('close', resolve)));
});
