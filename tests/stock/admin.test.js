// The namespace of administrators: what the owner sees of the hub.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { begin, connect } from './support/client.js';
import { startHub } from './support/hub.js';
import { ANY_CERTIFICATE, giveToken, revoke, startNetworkHub } from './support/network.js';
import { within } from './support/within.js';

// An administrator of this hub.
async function administrator(t, hub, door = hub, options = {}) {
  const token = await giveToken(hub, ['admin']);
  const client = begin(t, { url: `${door.url}/admin` }, { ...ANY_CERTIFICATE, auth: { token, lang: 'en' }, ...options });
  await within(10_000, 'the administrator is let in', new Promise((resolve, reject) => {
    client.socket.on('connect', resolve);
    client.socket.on('connect_error', reject);
  }));
  return { client, token };
}

test('the owner sees who is there, what is passed on, who has a token, and no secret', async (t) => {
  const { hub, doors } = await startNetworkHub(t);
  const shop = await giveToken(hub, ['publisher'], ['orders*']);
  const { client } = await administrator(t, hub);
  const cook = await connect(t, hub, { auth: { username: 'Cook', device_name: 'Cuisine' }, transports: ['polling'] });
  await cook.join('orders');
  const till = await connect(t, doors.tls, { ...ANY_CERTIFICATE, auth: { token: shop, username: 'Till' } });
  await till.send({ channel: 'orders', title: 'secret title', message: 'secret message' });
  till.emit('send-notification', { channel: 'staff', title: 't', message: 'm' });
  await till.next('error-message');

  const overview = await client.ask('get-overview');
  assert.equal(overview.status, 'ok');
  assert.deepEqual(overview, { ...(await client.next('overview', (pushed) => pushed.at === overview.at)), status: 'ok' });
  const seen = overview.devices.map(({ username, channels, address, transport }) => [username, channels, address, transport]);
  assert.deepEqual(seen, [['Cook', ['orders'], '127.0.0.1', 'polling'], ['Till', [], '127.0.0.1', 'websocket']]);
  assert.equal(overview.devices[0].token, null);
  assert.equal(overview.devices[1].token, Number(shop.split('_')[1]));
  assert.deepEqual(overview.channels, [{ name: 'orders', clientCount: 1 }]);
  assert.deepEqual([overview.transmitted_today, overview.refused_today], [1, 1]);
  assert.equal(overview.per_minute.length, 60);
  assert.equal(overview.per_minute.reduce((sum, { transmitted }) => sum + transmitted, 0), 1);
  assert.equal(overview.peak.transmitted, 1);
  assert.deepEqual(overview.tokens.map(({ roles, channels }) => [roles, channels]), [[['publisher'], ['orders*']], [['admin'], ['*']]]);
  assert.equal(overview.audit.at(-1).event, 'token_created');
  assert.deepEqual(overview.pairing, { state: 'closed' });
  const text = JSON.stringify(overview);
  for (const secret of [shop.split('_')[2], 'secret title', 'secret message']) assert.ok(!text.includes(secret), secret);
});

test('what was passed on today is known again after a restart', async (t) => {
  const first = await startHub(t);
  const sender = await connect(t, first);
  for (let n = 0; n < 3; n += 1) await sender.send({ channel: 'orders', title: `${n}`, message: 'm' });
  await first.stop();
  const hub = await startHub(t, { data: first.data });
  const { client } = await administrator(t, hub);
  const { transmitted_today: transmitted, per_minute: minutes } = await client.ask('get-overview');
  assert.equal(transmitted, 3);
  assert.equal(minutes.reduce((sum, minute) => sum + minute.transmitted, 0), 3);
});

test('changes are pushed, at most once a second', async (t) => {
  const hub = await startHub(t);
  const { client } = await administrator(t, hub);
  await client.next('overview');
  const began = Date.now();
  const sender = await connect(t, hub);
  for (let n = 0; n < 200; n += 1) sender.emit('send-notification', { channel: 'orders', title: `${n}`, message: 'm' });
  await client.next('overview', ({ transmitted_today: transmitted }) => transmitted === 200);
  const seconds = Math.ceil((Date.now() - began) / 1_000);
  const pushes = client.payloads('overview').length - 1;
  assert.ok(pushes <= seconds + 1, `${pushes} pushes in ${seconds} s`);
});

test('the owner is told of channels where nobody listens, until somebody comes', async (t) => {
  const hub = await startHub(t);
  const { client } = await administrator(t, hub);
  const till = await connect(t, hub, { auth: { username: 'Till' } });
  await till.join('cuisine');
  await till.send({ channel: 'cuisine', title: 't', message: 'm' });
  await till.send({ channel: 'cuisine', title: 't', message: 'm' });
  const unheard = async () => (await client.ask('get-overview')).unheard.map(({ channel, count }) => [channel, count]);
  assert.deepEqual(await unheard(), [['cuisine', 2]], 'the sender hearing itself is nobody');
  const cook = await connect(t, hub, { auth: { username: 'Cook' } });
  await cook.join('cuisine');
  assert.deepEqual(await unheard(), []);
  await cook.ask('set-presence', { do_not_disturb: true });
  await till.send({ channel: 'cuisine', title: 't', message: 'm' });
  assert.deepEqual(await unheard(), [['cuisine', 1]], 'who does not want to be disturbed hears nothing');
  await cook.ask('set-presence', { do_not_disturb: false });
  await till.send({ channel: 'cuisine', title: 't', message: 'm' });
  assert.deepEqual(await unheard(), []);
});

test('an administrator whose token is withdrawn is cut off, and what it still asks is not done', async (t) => {
  const hub = await startHub(t);
  for (const transports of [['websocket'], ['polling']]) {
    const { client, token } = await administrator(t, hub, hub, { transports });
    await client.ask('get-overview');
    const gone = new Promise((resolve) => client.socket.on('disconnect', resolve));
    await revoke(hub, token);
    const answered = client.ask('get-overview').then(() => true, () => false);
    assert.equal(await within(5_000, 'it is cut off', gone), 'io server disconnect');
    assert.equal(await answered, false);
    assert.deepEqual(client.payloads('error-message').at(-1).codes, ['token_revoked']);
  }
});

test('what is wrong with a request is named', async (t) => {
  const hub = await startHub(t);
  const { client } = await administrator(t, hub);
  const cases = [
    ['get-everything', [], 'unknown_event'],
    ['send-notification', [{ title: 't', message: 'm' }], 'unknown_event'],
    ['answer-pairing', [], 'accept_required'],
    ['answer-pairing', [{ accept: 'yes' }], 'accept_not_boolean'],
    ['open-pairing', [], 'no_tls_door'],
  ];
  for (const [event, payload, code] of cases) {
    const { status, codes } = await client.ask(event, ...payload);
    assert.deepEqual([status, codes], ['error', [code]], event);
  }
  assert.deepEqual(await client.ask('answer-pairing', { accept: true }), { answered: false, status: 'ok' });
});
