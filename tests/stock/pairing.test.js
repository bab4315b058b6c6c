// Pairing as others on the network meet it: where it is, what is refused, and how far guessing gets.

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { test } from 'node:test';

import { begin } from './support/client.js';
import { chapfood } from './support/hub.js';
import { ANY_CERTIFICATE, giveToken, startNetworkHub } from './support/network.js';
import { within } from './support/within.js';

function post({ url }, path, body, headers = {}) {
  const ask = url.startsWith('https') ? tlsRequest : plainRequest;
  return within(10_000, `${path} is answered`, new Promise((resolve, reject) => {
    const asked = ask(new URL(path, url), { method: 'POST', headers, ...ANY_CERTIFICATE, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => {
        const json = answer.headers['content-type'] === 'application/json' ? JSON.parse(text) : undefined;
        resolve({ status: answer.statusCode, json, headers: answer.headers });
      });
    });
    asked.on('error', reject);
    asked.end(typeof body === 'string' ? body : JSON.stringify(body));
  }));
}

// A message as a station's is made: its letter, and a point of the curve. Only the code is missing in it.
function message() {
  const { x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  return `41${Buffer.from(x, 'base64url').toString('hex')}`;
}

const stranger = () => ({ device_name: 'Stranger', username: 'Mallory', message: message() });
const mac = () => randomBytes(32).toString('hex');

async function administrator(t, hub) {
  const client = begin(t, { url: `${hub.url}/admin` }, { auth: { token: await giveToken(hub, ['admin']) } });
  await within(10_000, 'the administrator is let in', new Promise((resolve) => client.socket.on('connect', resolve)));
  return client;
}

test('nobody is paired by a door without TLS, nor where nothing is offered', async (t) => {
  const { hub, doors } = await startNetworkHub(t);
  const owner = await administrator(t, hub);
  for (const path of ['/pair/begin', '/pair/confirm', '/pair/wait']) {
    for (const door of ['own', 'plain']) {
      const { status, json } = await post(doors[door], path, stranger());
      assert.deepEqual([status, json], [404, undefined], `${path} is not there at ${door}`);
    }
  }
  const closed = await post(doors.tls, '/pair/begin', stranger(), { 'Accept-Language': 'en' });
  assert.deepEqual([closed.status, closed.json.code], [404, 'pairing_closed']);
  assert.match(closed.json.errors[0], /ask for a code on the hub/);
  await owner.ask('open-pairing');
  assert.equal((await post(doors.own, '/pair/begin', stranger())).status, 404, 'also while something is offered');
  assert.equal((await post(doors.tls, '/pair/begin', stranger(), { Origin: 'https://evil.example' })).status, 403);
  assert.equal((await post(doors.tls, '/pair/begin', stranger(), { Host: 'evil.example' })).status, 403);
  assert.equal((await owner.ask('get-overview')).pairing.tries_left, 5, 'none of it was a try');
});

test('guessing ends after five codes, and the owner sees it', async (t) => {
  const { hub, doors } = await startNetworkHub(t);
  const owner = await administrator(t, hub);
  const offer = await owner.ask('open-pairing');
  const [, addresses, fingerprint, code] = /^chapfood:\/\/pair#([^;]+);([0-9a-f]{64});(\d{6})$/.exec(offer.link);
  assert.equal(fingerprint, doors.tls.fingerprint.replaceAll(':', '').toLowerCase());
  assert.equal(offer.code, `${code.slice(0, 3)} ${code.slice(3)}`);
  assert.ok(addresses.split(',').every((address) => address.endsWith(`:${doors.tls.port}`)), addresses);
  const expires = Date.parse(offer.expires_at) - Date.now();
  assert.ok(expires > 9 * 60_000 && expires <= 10 * 60_000, `${expires} ms`);

  for (let left = 4; left >= 0; left -= 1) {
    const begun = await post(doors.tls, '/pair/begin', stranger());
    assert.deepEqual([begun.status, begun.headers.connection], [200, 'close']);
    const { session } = begun.json;
    const busy = await post(doors.tls, '/pair/begin', stranger());
    assert.deepEqual([busy.status, busy.json.code], [429, 'pairing_busy'], 'one at a time');
    const early = await post(doors.tls, '/pair/wait', { session, mac: mac() });
    assert.deepEqual([early.status, early.json.code], [410, 'pairing_expired'], 'there is nothing to wait for yet');
    const { status, json } = await post(doors.tls, '/pair/confirm', { session, mac: mac() });
    assert.deepEqual([status, json.code, json.tries_left], [403, 'pairing_code_wrong', left]);
    const again = await post(doors.tls, '/pair/confirm', { session, mac: mac() });
    assert.deepEqual([again.status, again.json.code], [410, 'pairing_expired'], 'one guess for each beginning');
  }
  const over = await post(doors.tls, '/pair/begin', stranger());
  assert.deepEqual([over.status, over.json.code], [429, 'pairing_tries']);
  const overview = await owner.ask('get-overview');
  assert.deepEqual(overview.pairing, { state: 'tries_used_up' });
  const told = JSON.stringify([overview, ...owner.payloads('overview'), hub.logged()]);
  assert.ok(!told.includes(code) && !told.includes(offer.code), 'the code is told to who asked for it, and to nobody else');
  // They are written down beside the answers, not before them.
  const guesses = async () => {
    const { stdout } = await chapfood('audit', '--data', hub.data);
    return stdout.split('\n').filter((line) => /\tpairing_refused\t.*127\.0\.0\.1.*pairing_code_wrong/.test(line)).length;
  };
  const written = async () => {
    while ((await guesses()) < 5);
  };
  await within(10_000, 'five guesses are in the audit log', written());
  assert.equal((await owner.ask('open-pairing')).status, 'ok', 'the owner may offer again');
});

test('what is no request of a station is refused in words, and costs nobody a try', async (t) => {
  const { hub, doors } = await startNetworkHub(t);
  const owner = await administrator(t, hub);
  await owner.ask('open-pairing');
  const bodies = [
    '', 'null', '[]', '{', '"x"', {}, { ...stranger(), message: 'zz' }, { ...stranger(), message: message().toUpperCase() },
    { ...stranger(), device_name: '' }, { ...stranger(), device_name: ['x'] }, { ...stranger(), username: null },
  ];
  for (const body of bodies) {
    const { status, json } = await post(doors.tls, '/pair/begin', body);
    assert.deepEqual([status, json.code], [422, 'pairing_invalid'], JSON.stringify(body));
    assert.ok(json.errors[0].length > 10);
  }
  const long = await post(doors.tls, '/pair/begin', { ...stranger(), device_name: 'x'.repeat(5_000) });
  assert.deepEqual([long.status, long.json.code], [413, 'pairing_invalid']);
  assert.equal((await owner.ask('get-overview')).pairing.tries_left, 5);
});

test('nobody is shown to the owner before it knows the code', async (t) => {
  const { hub, doors } = await startNetworkHub(t);
  const owner = await administrator(t, hub);
  await owner.ask('open-pairing');
  const begun = await post(doors.tls, '/pair/begin', stranger());
  assert.equal(begun.status, 200);
  const overview = await owner.ask('get-overview');
  assert.deepEqual([overview.pairing.state, overview.pairing.tries_left], ['open', 4]);
  assert.ok(!JSON.stringify(overview).includes('Mallory'), 'a stranger puts no words on the owner’s screen');
});
