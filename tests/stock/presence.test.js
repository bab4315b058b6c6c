// Who is connected, as those see it who asked.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { connect } from './support/client.js';
import { startHub } from './support/hub.js';
import { ANY_CERTIFICATE, giveToken, startNetworkHub } from './support/network.js';
import { connectRaw } from './support/raw.js';
import { shaped } from './support/shapes.js';
import { within } from './support/within.js';

const named = ({ devices }, name) => devices.find(({ username }) => username === name);

test('whoever asks learns who is there, and from then on whoever comes, goes, joins, and is silent', async (t) => {
  const hub = await startHub(t);
  const owner = await connect(t, hub, { auth: { username: 'Owner', device_name: 'Caisse' } });
  owner.emit('get-presence');
  const list = shaped('presence-list', await owner.next('presence-list'));
  assert.deepEqual(list.devices.map(({ username, device_name }) => [username, device_name]), [['Owner', 'Caisse']]);
  const changed = async (matches) => shaped('presence-changed', await owner.next('presence-changed', matches));

  const cook = await connect(t, hub, { auth: { username: 'Cook', user_id: 'c', device_name: 'Cuisine' } });
  const came = named(await changed((news) => named(news, 'Cook')), 'Cook');
  assert.deepEqual([came.user_id, came.device_name, came.channels, came.do_not_disturb], ['c', 'Cuisine', [], false]);
  await cook.join('orders');
  await changed((news) => named(news, 'Cook')?.channels.includes('orders'));
  assert.equal((await cook.ask('set-presence', { do_not_disturb: true })).do_not_disturb, true);
  await changed((news) => named(news, 'Cook')?.do_not_disturb);
  await cook.ask('set-presence', { ring_muted: true });
  const both = named(await changed((news) => named(news, 'Cook')?.ring_muted), 'Cook');
  assert.ok(both.do_not_disturb, 'what was not named stays as it was');
  cook.close();
  await changed((news) => !named(news, 'Cook'));
  assert.deepEqual(cook.payloads('presence-changed'), [], 'who did not ask is told nothing');
});

test('what is wrong with set-presence is named', async (t) => {
  const hub = await startHub(t);
  const client = await connect(t, hub);
  client.emit('set-presence', { do_not_disturb: 'yes', ring_muted: 1 });
  await client.refused(
    ["Le champ 'do_not_disturb' doit être vrai ou faux", "Le champ 'ring_muted' doit être vrai ou faux"],
    ['do_not_disturb_not_boolean', 'ring_muted_not_boolean'],
    'set-presence',
  );
  client.emit('set-presence', true);
  await client.refused(['Le payload doit être un objet'], ['payload_not_object']);
});

test('no id of a session is told: over polling it is a key to it', async (t) => {
  const hub = await startHub(t);
  const [one, two] = [await connect(t, hub), await connect(t, hub, { transports: ['polling'] })];
  const answer = JSON.stringify(await one.ask('get-presence'));
  for (const { socket } of [one, two]) assert.ok(!answer.includes(socket.id) && !answer.includes(socket.io.engine.id));
});

test('a token sees those who share its channels, and a publisher nobody', async (t) => {
  const { hub, doors } = await startNetworkHub(t);
  const to = (token, username) => connect(t, doors.tls, { ...ANY_CERTIFICATE, auth: { token, username } });
  const bar = await to(await giveToken(hub, ['subscriber'], ['bar']), 'Bar');
  const staff = await connect(t, hub, { auth: { username: 'Staff' } });
  await staff.join('staff');
  assert.deepEqual((await bar.ask('get-presence')).devices.map(({ username }) => username), ['Bar']);
  await staff.join('bar');
  const news = await bar.next('presence-changed', (changed) => named(changed, 'Staff'));
  assert.deepEqual(named(news, 'Staff').channels, ['bar'], 'nothing of the other channel');
  const shop = await to(await giveToken(hub, ['publisher']), 'Shop');
  for (const event of ['get-presence', 'set-presence']) {
    assert.deepEqual((await shop.ask(event, {})).codes, ['not_allowed']);
  }
});

test('two hundred who come at once do not make forty thousand messages', async (t) => {
  const hub = await startHub(t);
  const owner = await connect(t, hub, { auth: { username: 'Owner' } });
  await owner.ask('get-presence');
  const crowd = await Promise.all(Array.from({ length: 200 }, (_, n) => connect(t, hub, { auth: { username: `${n}` } })));
  await owner.next('presence-changed', ({ devices }) => devices.length === 201, 20_000);
  assert.ok(owner.payloads('presence-changed').length < crowd.length / 2);
});

test('whoever asks without end and reads nothing has the hub keep its questions, and not as many answers', async (t) => {
  const hub = await startHub(t);
  const crowd = await Promise.all(Array.from({ length: 100 }, (_, n) => connect(t, hub, { auth: { username: `${n}`.repeat(50) } })));
  const deaf = await connectRaw(t, hub);
  deaf.socket.pause();
  const grown = memory(hub);
  for (let n = 0; n < 800; n += 1) deaf.send(`42${n}["get-presence"]`);
  // Each further question is heard after those.
  await crowd[0].ask('get-presence');
  await crowd[0].next('presence-list', ({ devices }) => devices.length === 101);
  t.diagnostic(`${grown()} kB`);
  assert.ok(grown() < 20_000, `the hub grew by ${grown()} kB`);
  deaf.socket.resume();
  await within(30_000, 'each question is answered', new Promise((resolve) => {
    const answered = new Set();
    deaf.socket.on('message', (data) => {
      const [, id] = /^43(\d+)\[/.exec(data.toString()) ?? [];
      if (id && answered.add(id).size === 800) resolve();
    });
  }));
});

// By how many kB the hub's memory has grown since this was called.
function memory({ pid }) {
  const now = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
  const before = now();
  return () => now() - before;
}
