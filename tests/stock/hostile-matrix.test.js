// Door × transport × Origin × Host × token × role × event: everything in these tables is refused, with its code, and
// two bystanders are served as before. Beside each kind of refusal stands what is allowed: otherwise a hub that
// answers nobody would pass.

import assert from 'node:assert/strict';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { after, before, test } from 'node:test';

import { bystander } from './support/bystander.js';
import { begin, connect } from './support/client.js';
import { ANY_CERTIFICATE, giveToken, revoke, startNetworkHub } from './support/network.js';
import { within } from './support/within.js';

const DOORS = ['own', 'plain', 'tls'];
const NETWORK = ['plain', 'tls'];
const TRANSPORTS = ['websocket', 'polling'];
let refusals = 0;

// One hub for all of them: it has to stand all of it.
const cleanups = [];
const suite = { after: (cleanup) => cleanups.push(cleanup) };
let hub;
let doors;
let tokens;
let secretId;
let staffSees;

before(async () => {
  ({ hub, doors } = await startNetworkHub(suite));
  tokens = {
    admin: await giveToken(hub, ['admin']),
    shop: await giveToken(hub, ['publisher'], ['orders*']),
    bar: await giveToken(hub, ['subscriber'], ['bar']),
    tablet: await giveToken(hub, ['subscriber', 'publisher'], ['bar']),
    withdrawn: await giveToken(hub, ['admin']),
  };
  await revoke(hub, tokens.withdrawn);
  staffSees = await connect(suite, hub, { auth: { user_id: 'staff' } });
  for (const channel of ['staff', 'orders', 'bar']) await staffSees.join(channel);
  const secret = await staffSees.send({ channel: 'staff', title: 'secret', message: 'only for staff' });
  secretId = secret.notificationId;
});

after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

const options = (transport, more = {}) => ({ transports: [transport], ...ANY_CERTIFICATE, ...more });

// The reason for which a client is not let in; it was told nothing else.
async function refusal(t, door, transport, more) {
  const client = begin(t, { url: doors[door].url }, options(transport, more));
  const refused = new Promise((resolve, reject) => {
    client.socket.on('connect_error', resolve);
    client.socket.on('connect', () => reject(new Error('it was let in')));
  });
  const error = await within(15_000, `${door} over ${transport} is refused`, refused);
  assert.deepEqual(client.log, [], 'it was told nothing');
  client.close();
  refusals += 1;
  return error;
}

// A first request by hand: the stock client chooses neither Host nor path over polling.
function status(door, path, headers) {
  const { url } = doors[door];
  const ask = url.startsWith('https') ? tlsRequest : plainRequest;
  return within(10_000, `${path} is answered`, new Promise((resolve, reject) => {
    const asked = ask(new URL(path, url), { headers, ...ANY_CERTIFICATE, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    asked.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolve(answer.statusCode);
    });
    asked.on('error', reject);
    asked.end();
  }));
}

const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';

test('what is allowed works, by every door and transport', async (t) => {
  for (const transport of TRANSPORTS) {
    const here = await connect(t, doors.own, options(transport));
    assert.deepEqual(here.payloads('connection-confirmed')[0].roles, ['subscriber', 'publisher'], 'never an admin');
    for (const door of NETWORK) {
      const tablet = await connect(t, doors[door], options(transport, { auth: { token: tokens.tablet } }));
      const [{ role, limits }] = tablet.payloads('connection-confirmed');
      assert.equal(role, 'publisher');
      assert.ok(limits.sends.burst > 0 && limits.joins.per_second > 0, 'it is told how often it may do what');
      await tablet.join('bar');
      await tablet.send({ channel: 'bar', title: 't', message: 'm' });
      tablet.close();
      const extraHeaders = { Authorization: `Bearer ${tokens.shop}` };
      const shop = await connect(t, doors[door], options(transport, { extraHeaders }));
      await shop.send({ channel: 'orders', title: 't', message: 'm' });
      await shop.settle();
      assert.deepEqual(shop.payloads('notification-received'), [], 'a publisher reads nothing');
      shop.close();
    }
    here.close();
  }
});

test('Origin: a page of a stranger gets in by no door, over no transport, with no token', async (t) => {
  const strangers = ['https://evil.example', 'null', 'http://192.168.1.5:8002', 'chrome-extension://abc'];
  for (const door of DOORS) {
    for (const transport of TRANSPORTS) {
      for (const origin of strangers) {
        const error = await refusal(t, door, transport, { extraHeaders: { Origin: origin }, auth: { token: tokens.admin } });
        assert.doesNotMatch(error.message, /\[token_/, 'it did not get as far as its token');
      }
    }
  }
  for (const door of NETWORK) {
    for (const transport of TRANSPORTS) {
      const page = { extraHeaders: { Origin: 'http://localhost:3000' }, auth: { token: tokens.admin } };
      await refusal(t, door, transport, page);
    }
  }
});

test('Origin: a page that the owner named gets in, with a token', async (t) => {
  const { doors: others, hub: other } = await startNetworkHub(t, { args: ['--allow-origin', 'https://orders.example'] });
  const token = await giveToken(other, ['publisher']);
  const page = { extraHeaders: { Origin: 'https://orders.example' } };
  for (const transport of TRANSPORTS) {
    await connect(t, others.tls, options(transport, { ...page, auth: { token } }));
    const without = begin(t, others.tls, options(transport, page));
    const refused = new Promise((resolve) => without.socket.on('connect_error', resolve));
    const error = await within(10_000, 'without a token it is refused', refused);
    assert.match(error.message, /\[token_required\]$/);
  }
});

test('Host: a name that somebody else can point here gets in by no door', async () => {
  const names = ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example', 'hub.lan', 'localhost.'];
  for (const door of DOORS) {
    for (const name of names) {
      const headers = { Host: `${name}:${doors[door].port}`, Authorization: `Bearer ${tokens.admin}` };
      const upgrade = {
        Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      };
      assert.equal(await status(door, HANDSHAKE, headers), 403, `${door}: ${name}`);
      const webSocket = '/socket.io/?EIO=4&transport=websocket';
      assert.equal(await status(door, webSocket, { ...headers, ...upgrade }), 403, `${door}: ${name} over WebSocket`);
      assert.equal(await status(door, '/health', headers), 403, `${door}: ${name} for any other page`);
      refusals += 3;
    }
    assert.equal(await status(door, HANDSHAKE, { Host: `127.0.0.1:${doors[door].port}` }), 200);
  }
  for (const name of ['hub.local', '192.168.1.5']) {
    assert.equal(await status('own', HANDSHAKE, { Host: name }), 403, `${name} is not this computer alone`);
    assert.equal(await status('tls', HANDSHAKE, { Host: name }), 200, `${name} may be this computer`);
    refusals += 1;
  }
});

test('no answer lets every page in', async () => {
  for (const door of DOORS) {
    const { url } = doors[door];
    const ask = url.startsWith('https') ? tlsRequest : plainRequest;
    for (const Origin of ['http://localhost:3000', 'https://evil.example', 'null']) {
      const headers = await new Promise((resolve, reject) => {
        const asked = ask(new URL(HANDSHAKE, url), { headers: { Origin }, ...ANY_CERTIFICATE, agent: false }, (answer) => {
          answer.resume();
          resolve(answer.headers);
        });
        asked.on('error', reject);
        asked.end();
      });
      const own = door === 'own' && Origin.includes('localhost');
      assert.equal(headers['access-control-allow-origin'], own ? Origin : undefined);
      assert.equal(headers['access-control-allow-credentials'], undefined);
    }
  }
});

test('tokens: none, wrong and withdrawn ones get in by no door to the network', async (t) => {
  const invented = `${tokens.admin.slice(0, -4)}0000`;
  const [, number] = tokens.admin.split('_');
  const swapped = `cf_${number}_${tokens.bar.split('_')[2]}`;
  const cases = [
    [{}, 'token_required'],
    [{ auth: { token: '' } }, 'token_required'],
    [{ auth: { token: { admin: true } } }, 'token_required'],
    [{ auth: { user_id: tokens.admin, role: 'admin' } }, 'token_required'],
    [{ query: { token: tokens.admin } }, 'token_required'],
    [{ extraHeaders: { Authorization: `Basic ${tokens.admin}` } }, 'token_required'],
    [{ extraHeaders: { 'X-Forwarded-For': '127.0.0.1', Forwarded: 'for=127.0.0.1' } }, 'token_required'],
    [{ auth: { token: 'admin' } }, 'token_invalid'],
    [{ auth: { token: invented } }, 'token_invalid'],
    [{ auth: { token: swapped } }, 'token_invalid'],
    [{ auth: { token: tokens.withdrawn } }, 'token_revoked'],
    [{ extraHeaders: { Authorization: `Bearer ${tokens.withdrawn}` } }, 'token_revoked'],
  ];
  // All at once: whoever fails often waits, and they all wait together.
  const asked = NETWORK.flatMap((door) => TRANSPORTS.flatMap((transport) => cases.map(async ([more, code]) => {
    const { message } = await refusal(t, door, transport, more);
    assert.ok(message.endsWith(`[${code}]`), `${door}, ${transport}, ${JSON.stringify(more)}: ${message}`);
    assert.ok(message.length > code.length + 20, 'and says so in words');
  })));
  await Promise.all(asked);
  const shown = [[invented, 'token_invalid'], [tokens.withdrawn, 'token_revoked']];
  await Promise.all(TRANSPORTS.flatMap((transport) => shown.map(async ([token, code]) => {
    const { message } = await refusal(t, 'own', transport, { auth: { token } });
    assert.ok(message.endsWith(`[${code}]`), `a token that is shown counts on this computer too: ${message}`);
  })));
});

test('events: a token allows what it says, and nothing else', async (t) => {
  const note = (channel) => ({ ...(channel && { channel }), title: 'hostile', message: 'm' });
  const cases = [
    ['shop', 'join-channel', 'orders', 'not_allowed'],
    ['shop', 'join-channel', 'staff', 'not_allowed'],
    ['shop', 'leave-channel', 'staff', 'not_allowed'],
    ['shop', 'received', { channel: '*', seq: 1 }, 'not_allowed'],
    ['shop', 'take-notification', { id: secretId }, 'not_allowed'],
    ['shop', 'release-notification', { id: secretId }, 'not_allowed'],
    ['shop', 'send-notification', note('staff'), 'not_allowed'],
    ['shop', 'send-notification', note('order'), 'not_allowed'],
    ['shop', 'send-notification', note(), 'not_allowed'],
    ['bar', 'join-channel', 'staff', 'not_allowed'],
    ['bar', 'join-channel', 'bar2', 'not_allowed'],
    ['bar', 'send-notification', note('bar'), 'not_allowed'],
    ['bar', 'send-notification', note(), 'not_allowed'],
    ['bar', 'take-notification', { id: secretId }, 'unknown_notification'],
    ['bar', 'release-notification', { id: secretId }, 'unknown_notification'],
    ['tablet', 'send-notification', note('staff'), 'not_allowed'],
    ['tablet', 'send-notification', note(), 'not_allowed'],
    ['tablet', 'join-channel', 'staff', 'not_allowed'],
  ];
  for (const door of NETWORK) {
    for (const transport of TRANSPORTS) {
      for (const holder of ['shop', 'bar', 'tablet']) {
        const client = await connect(t, doors[door], options(transport, { auth: { token: tokens[holder] } }));
        for (const [, event, payload, code] of cases.filter(([who]) => who === holder)) {
          const { status: answered, codes } = await client.ask(event, payload);
          const what = `${holder} by ${door} over ${transport}: ${event} ${JSON.stringify(payload)}`;
          assert.deepEqual([answered, codes], ['error', [code]], what);
          refusals += 1;
        }
        const { channels } = await client.ask('get-channels');
        assert.ok(!channels.some(({ name }) => name === 'staff'), 'it does not learn of the channel');
        assert.deepEqual(client.payloads('notification-received').filter(({ channel }) => channel === 'staff'), []);
        client.close();
      }
    }
  }
  await staffSees.settle();
  const hostile = staffSees.payloads('notification-received').filter(({ title }) => title === 'hostile');
  assert.deepEqual(hostile, [], 'nothing of it was delivered');
  assert.deepEqual(staffSees.payloads('notification-taken'), []);
});

test('marks: nobody has another token’s sends pass for repeats, nor its claims for their own', async (t) => {
  const name = { user_id: 'shared', device_id: 'shared' };
  const as = (door, transport, token) => connect(t, doors[door], options(transport, { auth: { token, ...name } }));
  const note = (channel, n) => ({ channel, title: 'order', message: 'm', client_id: `order-${n}` });
  for (const [n, [door, transport]] of NETWORK.flatMap((door) => TRANSPORTS.map((transport) => [door, transport])).entries()) {
    const [tablet, shop] = [await as(door, transport, tokens.tablet), await as(door, transport, tokens.shop)];
    const early = await tablet.send(note('bar', n));
    const order = await shop.send(note('orders', n));
    assert.equal(order.duplicate, false, 'the order is no repeat of what the tablet sent before');
    assert.notEqual(order.notificationId, early.notificationId);
    const again = await tablet.send(note('bar', n));
    assert.deepEqual([again.duplicate, again.notificationId, again.channel], [true, early.notificationId, 'bar'], 'its own repeat is');
    await tablet.ask('take-notification', { id: early.notificationId });
    const bar = await as(door, transport, tokens.bar);
    const { codes } = await bar.ask('take-notification', { id: early.notificationId });
    assert.deepEqual(codes, ['already_taken'], 'a name makes nobody the one who took it');
    for (const client of [tablet, shop, bar]) client.close();
    refusals += 1;
  }
});

test('the namespace of administrators is nobody else’s', async (t) => {
  const attempt = (door, transport, auth) => {
    const client = begin(t, { url: `${doors[door].url}/admin` }, options(transport, { auth }));
    const answered = new Promise((resolve) => {
      client.socket.on('connect', () => resolve('let in'));
      client.socket.on('connect_error', ({ message }) => resolve(message));
    });
    return { client, answered: within(15_000, `${door} over ${transport} answers`, answered) };
  };
  const cases = [
    ['shop', 'not_allowed'], ['bar', 'not_allowed'], ['tablet', 'not_allowed'], ['withdrawn', 'token_revoked'],
    [undefined, 'token_required'],
  ];
  const ways = DOORS.flatMap((door) => TRANSPORTS.map((transport) => [door, transport]));
  for (const [door, transport] of ways) {
    const { client, answered } = attempt(door, transport, { token: tokens.admin });
    assert.equal(await answered, 'let in', `otherwise nothing is shown by the refusals at ${door}`);
    assert.equal((await client.ask('get-overview')).status, 'ok');
    client.close();
  }
  // All at once: whoever fails often waits, and they all wait together.
  await Promise.all(ways.flatMap(([door, transport]) => cases.map(async ([holder, code]) => {
    const { client, answered } = attempt(door, transport, { token: tokens[holder], role: 'admin' });
    const message = await answered;
    assert.ok(message.endsWith(`[${code}]`), `${holder ?? 'nobody'} by ${door} over ${transport}: ${message}`);
    assert.deepEqual(client.log, [], 'it was told nothing');
    client.close();
    refusals += 1;
  })));
  // What is asked there does not exist elsewhere, whoever asks.
  const elsewhere = await connect(t, doors.tls, options('websocket', { auth: { token: tokens.admin } }));
  for (const event of ['get-overview', 'open-pairing', 'close-pairing', 'answer-pairing']) {
    const { status: answered, codes } = await elsewhere.ask(event, { accept: true });
    assert.deepEqual([answered, codes], ['error', ['unknown_event']], event);
    refusals += 1;
  }
  elsewhere.close();
});

test('a token that is withdrawn ends its live sockets, over both transports', async (t) => {
  for (const transport of TRANSPORTS) {
    const token = await giveToken(hub, ['subscriber', 'publisher']);
    const client = await connect(t, doors.tls, options(transport, { auth: { token } }));
    await client.join('staff');
    const gone = new Promise((resolve) => client.socket.on('disconnect', resolve));
    await revoke(hub, token);
    assert.equal(await within(10_000, 'it is cut off', gone), 'io server disconnect', 'a stock client does not come back');
    assert.deepEqual(client.payloads('error-message').at(-1).codes, ['token_revoked']);
    const { notificationId } = await staffSees.send({ channel: 'staff', title: 'after', message: 'm' });
    assert.ok(!client.payloads('notification-received').some(({ id }) => id === notificationId));
    refusals += 1;
  }
});

test('after all that the others are served, and it was enough', async (t) => {
  const { stillServed } = await bystander(t, hub);
  await stillServed('all of it');
  assert.deepEqual(staffSees.disconnects, []);
  assert.ok(refusals >= 150, `${refusals} refusals`);
  t.diagnostic(`${refusals} refusals`);
});
