// Cables that are pulled between a hub and another computer, and put back.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Lan } from './lan.js';
import { findUntil, hubOn, Listener, PORT } from './programs.js';
import { startStation } from '../faults/station.js';
import { giveToken } from '../stock/support/network.js';
import { within } from '../stock/support/within.js';

const connected = async (hub, count) => {
  const look = async () => {
    while ((await hub.stats()).connectedClients !== count);
  };
  await within(30_000, `the hub counts ${count}`, look());
};

for (const whose of ['hub', 'listener']) {
  test(`the ${whose}'s cable is pulled: both sides notice, and what is sent meanwhile arrives once it is back`, async (t) => {
    const lan = await Lan.lay(t);
    const [counter, kitchen] = [await lan.computer(t, '10.20.0.1'), await lan.computer(t, '10.20.0.2')];
    const cut = whose === 'hub' ? counter : kitchen;
    const hub = await hubOn(t, counter);
    const token = await giveToken(hub, ['subscriber']);
    const listener = Listener.start(t, kitchen, `https://10.20.0.1:${PORT}`, { token });
    await listener.has('listening');
    await hub.send('before');
    await listener.got('before');

    await cut.pullCable();
    // No packet says that the cable is out: whoever notices has missed a ping.
    await listener.has('cut off');
    // Only whoever asks is left.
    await connected(hub, 1);
    for (const title of ['meanwhile 1', 'meanwhile 2']) await hub.send(title);
    await cut.plugIn();
    await listener.has('listening', 2);
    await listener.got('meanwhile 1', 'meanwhile 2');
    await hub.send('after');
    await listener.got('after');
    // A stock client acknowledges nothing: what came just before the link broke may come again.
    const titles = listener.titles.filter((title, at, all) => title !== 'before' || all.indexOf(title) === at);
    assert.deepEqual(titles, ['before', 'meanwhile 1', 'meanwhile 2', 'after'], 'the others once, and in order');
    await findUntil(kitchen, 'and the hub is found as before', ([one]) => one?.id === hub.id);
  });
}

test('without a cable the station on the hub\'s own computer goes on', async (t) => {
  const lan = await Lan.lay(t);
  const counter = await lan.computer(t, '10.20.0.1');
  const hub = await hubOn(t, counter);
  const station = await startStation(t, { hub: hub.url, through: counter.through, reach: (url) => counter.reach(t, url) });
  await station.ready();
  await station.command({ do: 'joinChannel', name: 'orders' });
  await station.until('it is in the channel', ({ channels }) => channels.some(({ name, confirmed }) => name === 'orders' && confirmed));
  await counter.pullCable();
  await hub.send('without a cable');
  await station.until('it is there', ({ link, total }) => link.state === 'connected' && total === 1);
  assert.deepEqual((await station.history()).map(({ title }) => title), ['without a cable']);
});
