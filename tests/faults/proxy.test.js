// The proxy itself: a fault that is none would prove nothing.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';

import { Proxy } from './proxy.js';
import { pause, until } from './waiting.js';

// A hub that says everything back, a way to it, and a client on it. `got` counts the client's bytes.
async function line(t) {
  const hub = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  hub.listen(0, '127.0.0.1');
  await once(hub, 'listening');
  t.after(() => hub.close());
  const proxy = await Proxy.start(t, hub.address().port);
  const client = connect({ port: Number(new URL(proxy.url).port), host: '127.0.0.1', allowHalfOpen: true });
  t.after(() => client.destroy());
  await once(client, 'connect');
  const seen = { got: 0, ended: false, error: null };
  client.on('data', (piece) => (seen.got += piece.length));
  client.on('end', () => (seen.ended = true));
  client.on('error', ({ code }) => (seen.error = code));
  const send = (bytes) => client.write(Buffer.alloc(bytes));
  const got = async (bytes) => assert.equal(await until(`${bytes} bytes come back`, () => seen.got === bytes, 5_000), null);
  send(10);
  await got(10);
  return { proxy, client, seen, send, got };
}

test('delay and trickle let everything pass, later', async (t) => {
  const { proxy, send, got } = await line(t);
  for (const [mode, bytes, least] of [['delay', 20, 300], ['trickle', 620, 600]]) {
    proxy.turn(mode);
    const begun = Date.now();
    send(bytes - 10);
    await got(bytes);
    assert.ok(Date.now() - begun >= least, `${mode}: there and back takes ${Date.now() - begun} ms`);
  }
});

test('a black hole swallows nothing for good, also for who comes meanwhile', async (t) => {
  const { proxy, send, got, seen } = await line(t);
  proxy.turn('black hole');
  send(100_000);
  await pause(100);
  assert.equal(seen.got, 10, 'nothing passes');
  proxy.turn('clear');
  await got(100_010);
});

test('a half-close ends the one side and keeps the other', async (t) => {
  const [first, second] = [await line(t), await line(t)];
  for (const { proxy } of [first, second]) proxy.turn('half-close');
  // Each proxy begins with the hub's side.
  first.proxy.turn('clear');
  assert.equal(await until('the client learns that the hub has ended', () => first.seen.ended, 5_000), null);
  await pause(100);
  assert.equal(second.seen.ended, false, 'as long as it lasts, the other side is told nothing');
});

test('a reset and a cut tear the line, and new ones too', async (t) => {
  const reset = await line(t);
  reset.proxy.turn('reset');
  assert.equal(await until('the reset arrives', () => reset.seen.error === 'ECONNRESET', 5_000), null);
  const cut = await line(t);
  cut.proxy.turn('cut');
  cut.send(100_000);
  assert.equal(await until('the line ends', () => cut.client.destroyed || cut.seen.ended || cut.seen.error, 5_000), null);
  assert.ok(cut.seen.got < 10 + 1_500, `in the midst: ${cut.seen.got}`);
});
