// A hub on one computer, found and reached from another one.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Lan } from './lan.js';
import { find, findUntil, hubOn, Listener, PORT } from './programs.js';
import { chapfood } from '../stock/support/hub.js';
import { giveToken } from '../stock/support/network.js';

const fingerprintShown = async (computer, address) => {
  const look = `
    const socket = require('node:tls').connect({ host: '${address}', port: ${PORT}, rejectUnauthorized: false }, () => {
      console.log(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });`;
  return (await computer.run(process.execPath, '-e', look)).stdout.trim();
};

test('a hub is found from another computer, and whoever has a token receives by TLS what others do not', async (t) => {
  const lan = await Lan.lay(t);
  const [counter, kitchen, stranger] = [
    await lan.computer(t, '10.20.0.1'), await lan.computer(t, '10.20.0.2'), await lan.computer(t, '10.20.0.3'),
  ];
  const hub = await hubOn(t, counter, { name: 'Chez M. Paul' });

  const [found] = await findUntil(kitchen, 'the hub', (hubs) => hubs.length > 0);
  const expected = { name: 'Chez M. Paul', id: hub.id, addresses: [`https://10.20.0.1:${PORT}`] };
  assert.deepEqual(found, expected);
  assert.equal(await fingerprintShown(kitchen, '10.20.0.1'), hub.fingerprint, 'and it is the hub that was started');

  const token = await giveToken(hub, ['subscriber', 'publisher']);
  const [url] = found.addresses;
  const listens = Listener.start(t, kitchen, url, { token });
  const guesses = Listener.start(t, stranger, url, { token: `${token.slice(0, -4)}AAAA`, userId: 'guest' });
  const asks = Listener.start(t, stranger, url, { userId: 'guest' });
  const knocks = Listener.start(t, stranger, `http://10.20.0.1:${hub.port}`, { userId: 'guest' });
  await listens.has('listening');
  for (const outside of [guesses, asks, knocks]) await outside.has('kept out');
  await hub.send('Commande 1');
  await hub.send('Commande 2');
  await listens.got('Commande 1', 'Commande 2');
  for (const outside of [guesses, asks, knocks]) {
    assert.ok(outside.log.every(({ is }) => is === 'kept out'), JSON.stringify(outside.log));
  }
  assert.ok(guesses.log.every(({ message }) => message.endsWith('[token_invalid]')), JSON.stringify(guesses.log));
  assert.ok(asks.log.every(({ message }) => message.endsWith('[token_required]')), JSON.stringify(asks.log));
});

test('a hub whose computer gets another address is found there, and what was sent meanwhile arrives', async (t) => {
  const lan = await Lan.lay(t);
  const [counter, kitchen] = [await lan.computer(t, '10.20.0.1'), await lan.computer(t, '10.20.0.2')];
  const hub = await hubOn(t, counter);
  const token = await giveToken(hub, ['subscriber']);
  await findUntil(kitchen, 'the hub', (hubs) => hubs.length > 0);
  const before = Listener.start(t, kitchen, `https://10.20.0.1:${PORT}`, { token });
  await before.has('listening');
  await hub.send('before');
  await before.got('before');

  await counter.take('10.20.0.77');
  await before.has('cut off');
  await hub.send('meanwhile');
  const there = `https://10.20.0.77:${PORT}`;
  const [found] = await findUntil(kitchen, 'the hub at its new address only', ([one]) => one?.addresses.join() === there);
  assert.equal(found.id, hub.id, 'it is known again by its certificate');
  await before.stop();
  const after = Listener.start(t, kitchen, there, { token });
  await after.got('meanwhile');
  await hub.send('after');
  await after.got('after');
  // A stock client acknowledges nothing: what came just before the link broke may come again.
  assert.deepEqual(after.titles.filter((title) => title !== 'before'), ['meanwhile', 'after']);
});

test('a hub that stops is not found any more, and one that shall not announce itself never is', async (t) => {
  const lan = await Lan.lay(t);
  const [counter, kitchen] = [await lan.computer(t, '10.20.0.1'), await lan.computer(t, '10.20.0.2')];
  const hub = await hubOn(t, counter);
  await findUntil(kitchen, 'the hub', (hubs) => hubs.length > 0);
  assert.equal(await hub.stop(), 0);
  assert.deepEqual(await find(kitchen), []);

  const silent = await hubOn(t, counter, { args: ['--no-announce'] });
  const token = await giveToken(silent, ['subscriber']);
  const listens = Listener.start(t, kitchen, `https://10.20.0.1:${PORT}`, { token });
  await listens.has('listening');
  assert.deepEqual(await find(kitchen), [], 'it is reached by whoever knows where it is');
  assert.match((await chapfood('find', '--timeout', '0.1').catch((error) => error)).stderr, /UDP port 5353/);
});
