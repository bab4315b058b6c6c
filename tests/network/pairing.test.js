// Two apps on one network, as an owner and a cook use them: one hosts the hub, the other finds it and is let in.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Lan } from './lan.js';
import { Listener } from './programs.js';
import { startStation } from '../faults/station.js';

const HUB = 'http://127.0.0.1:8001';

const appOn = (t, computer, hub = HUB) =>
  startStation(t, { hub, through: computer.through, reach: (url) => computer.reach(t, url) });

// An app that hosts the shop's hub for the network.
async function hostOn(t, computer) {
  const app = await appOn(t, computer);
  await app.command({ do: 'changeSettings', change: { hubName: 'Chez Awa', hubNetwork: true } });
  await app.command({ do: 'startHub' });
  const { hostedHub } = await app.until('the hub is open to others', ({ hostedHub }) => hostedHub.network?.addresses.length > 0);
  await app.command({ do: 'tryNow' });
  await app.ready();
  return { app, door: hostedHub.network };
}

const offered = async ({ app }) => {
  await app.command({ do: 'offerPairing' });
  const { hostedHub } = await app.until('a code is shown', ({ hostedHub }) => hostedHub.offer?.state.is === 'open');
  return hostedHub.offer;
};

async function letIn({ app }) {
  const { hostedHub } = await app.until('somebody asks', ({ hostedHub }) => hostedHub.offer?.state.is === 'asking', 30_000);
  await app.command({ do: 'answerPairing', accept: true });
  return hostedHub.offer.state;
}

const found = (app) => app.until('the hub is found', (now) => now.found.some(({ name }) => name === 'Chez Awa'), 45_000);

const send = (app, title) => {
  const draft = { channel: 'commandes', type: 'info', title, message: 'Table 4', data: null };
  return app.command({ do: 'send', draft });
};

const titles = async (app) => (await app.history()).map(({ title }) => title);

test('a second app finds the hub, is let in by its code, a third by its link, and a stranger hears nothing', async (t) => {
  const lan = await Lan.lay(t);
  const [counter, kitchen, bar, street] = [
    await lan.computer(t, '10.20.0.1'), await lan.computer(t, '10.20.0.2'), await lan.computer(t, '10.20.0.3'), await lan.computer(t, '10.20.0.9'),
  ];
  const host = await hostOn(t, counter);
  assert.deepEqual(host.door.addresses, ['10.20.0.1:8002']);

  const cook = await appOn(t, kitchen, 'http://127.0.0.1:1');
  await cook.command({ do: 'findHubs' });
  const { found: [hub] } = await found(cook);
  assert.deepEqual([hub.name, hub.addresses, hub.known], ['Chez Awa', ['10.20.0.1:8002'], false]);
  assert.ok(host.door.fingerprint.startsWith(hub.id));
  const { code } = await offered(host);
  await cook.command({ do: 'pair', way: { by: 'code', address: hub.addresses[0], code }, username: 'Cuisine' });
  const asking = await letIn(host);
  assert.deepEqual([asking.username, asking.address], ['Cuisine', '10.20.0.2']);
  await cook.ready();
  assert.equal(cook.snapshot.settings.knownHub.fingerprint, host.door.fingerprint);

  const { link } = await offered(host);
  const barman = await appOn(t, bar, 'http://127.0.0.1:1');
  await barman.command({ do: 'pair', way: { by: 'link', link }, username: 'Bar' });
  await letIn(host);
  await barman.ready();

  const stranger = Listener.start(t, street, 'https://10.20.0.1:8002', {});
  await stranger.has('kept out');
  await send(host.app, 'Commande ORD-42');
  for (const app of [cook, barman]) await app.until('the order is there', ({ total }) => total === 1);
  assert.deepEqual(await titles(cook), ['Commande ORD-42']);
  assert.deepEqual(stranger.titles, [], 'without a token nobody hears anything');
  const overview = await host.app.command({ do: 'hubOverview' });
  assert.deepEqual(overview.devices.map(({ username }) => username).toSorted().slice(-2), ['Bar', 'Cuisine'].toSorted());
});

test('the hub gets another address: the app that was let in finds it again by itself', async (t) => {
  const lan = await Lan.lay(t);
  const [counter, kitchen] = [await lan.computer(t, '10.20.0.1'), await lan.computer(t, '10.20.0.2')];
  const host = await hostOn(t, counter);
  const cook = await appOn(t, kitchen, 'http://127.0.0.1:1');
  const { code } = await offered(host);
  await cook.command({ do: 'pair', way: { by: 'code', address: '10.20.0.1:8002', code }, username: 'Cuisine' });
  await letIn(host);
  await cook.ready();

  await counter.take('10.20.0.77');
  await send(host.app, 'Commande ORD-43');
  await cook.until('it is there again', ({ link, settings }) => link.state === 'connected' && settings.hubAddress === 'https://10.20.0.77:8002', 120_000);
  await cook.until('the order is there', ({ total }) => total === 1);
  assert.deepEqual(await titles(cook), ['Commande ORD-43']);
});
