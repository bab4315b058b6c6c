// Many clients, some of which stop reading: TCP connections that stay open and take nothing more.

import { performance } from 'node:perf_hooks';

import { Account } from './account.js';
import { seed } from './chance.js';
import { CHANNEL, device, stock } from './crew.js';
import { most, watchFootprint } from './footprint.js';
import { Reader } from './reader.js';
import { pause, until } from './waiting.js';
import { connect } from '../stock/support/client.js';
import { startHub } from '../stock/support/hub.js';

// An order of 12 KB five times a second: what the kernels buffer for a client is full within a few seconds.
const EVERY = 200;
const FILLING = 'x'.repeat(12_000);
// Longer than the hub lets a client take nothing, which is 15 s, like ping and timeout together.
const GIVEN_UP = 60_000;

// `clients` in all. Of the `stalled` ones half are stock clients, which answer no ping any more, and half are devices
// that do. `calm` milliseconds are measured before they stall.
export async function stalledReaders(t, { clients = 200, stalled = 20, calm = 4_000 } = {}) {
  const account = new Account();
  const hub = await startHub(t);
  const close = (sockets) => sockets.forEach((socket) => socket.close());
  const healthy = several(clients - stalled, (n) => stock(hub.url, account, { name: `client-${n}`, channel: CHANNEL }));
  t.after(() => close(healthy));
  const till = await connect(t, hub);
  const present = presence(till);
  const identities = several(stalled, identity);
  const readers = await Promise.all(identities.map((auth) => {
    account.connects(auth.user_id);
    return Reader.start(t, hub, auth, (notification) => account.receive(auth.user_id, notification));
  }));
  await Promise.all(readers.map((reader) => reader.joined()));
  const late = [await until('all are there', () => present() === clients + 1)];

  const orders = publish(till, account, healthy);
  t.after(() => orders.stop());
  const memory = watchFootprint(hub.pid);
  t.after(() => memory.stop());
  await pause(calm);
  const [p99, before] = [orders.p99(), most(memory.sinceLast()).memory];

  readers.forEach((reader) => reader.stall());
  late.push(await until('the hub ends the stalled ones', () => present() <= clients - stalled + 1, GIVEN_UP));
  const [p99Stalled, meanwhile] = [orders.p99(), most(memory.sinceLast()).memory];
  readers.forEach((reader) => reader.end());

  const back = identities.map((auth) => (auth.protocol ? device : stock)(hub.url, account, { name: auth.user_id, channel: CHANNEL }));
  t.after(() => close(back));
  orders.stop();
  const names = [...several(clients - stalled, (n) => `client-${n}`), ...identities.map((auth) => auth.user_id)];
  late.push(
    await until('every order is confirmed', () => account.confirmed.size === account.attempted.size),
    await until('everybody has everything', () => names.every((name) => account.has(name) >= account.confirmed.size)),
  );
  return {
    seed, clients, stalled, p99, p99Stalled, ratio: Number((p99Stalled / p99).toFixed(2)), grown: meanwhile - before,
    disconnected: healthy.filter((socket) => !socket.connected).length, ...account.verdict(), late: late.filter(Boolean),
  };
}

// Stock clients that stop reading as soon as they have asked for the large notifications that they missed. Says by how
// many kB the hub's memory grew for it.
export async function stalledInABacklog(t, { stalled = 20, backlog = 300 } = {}) {
  const hub = await startHub(t);
  const till = await connect(t, hub);
  const present = presence(till);
  const come = () => Promise.all(several(stalled, (n) => Reader.start(t, hub, { user_id: `late-${n}` })));
  const visitors = await come();
  await Promise.all(visitors.map((visitor) => visitor.joined()));
  visitors.forEach((visitor) => visitor.leave());
  await until('all have gone', () => present() === 1);
  const data = { filling: 'x'.repeat(60_000) };
  for (let n = 0; n < backlog; n += 1) till.emit('send-notification', { channel: CHANNEL, title: `${n}`, message: 'm', data });
  await till.settle();

  const memory = watchFootprint(hub.pid);
  t.after(() => memory.stop());
  await pause(500);
  const before = most(memory.sinceLast()).memory;
  const readers = await come();
  readers.forEach((reader) => reader.stall());
  // Long enough for each to be given as much as it ever is.
  await pause(3_000);
  return { stalled, backlog, grown: most(memory.sinceLast()).memory - before };
}

const several = (count, make) => Array.from({ length: count }, (_, n) => make(n));

function identity(n) {
  const name = `stalled-${n}`;
  return n % 2 ? { user_id: name, device_id: name, protocol: 2 } : { user_id: name };
}

// How many clients the hub has, as it tells this one.
function presence(client) {
  let connected = 0;
  client.socket.on('server-stats', ({ connectedClients }) => (connected = connectedClients));
  client.emit('get-stats');
  return () => connected;
}

// Sends until stopped, and times each order's way to each of the healthy clients.
function publish(till, account, healthy) {
  const taken = [];
  let n = 0;
  const sent = new Map();
  for (const socket of healthy) {
    socket.on('notification-received', ({ title }) => taken.push(performance.now() - sent.get(title)));
  }
  till.socket.on('notification-sent', ({ client_id: clientId, notificationId }) => account.confirm(clientId, notificationId));
  const timer = setInterval(() => {
    const clientId = `order-${(n += 1)}`;
    account.attempt(clientId);
    sent.set(clientId, performance.now());
    till.emit('send-notification', { channel: CHANNEL, title: clientId, message: 'm', data: { FILLING }, client_id: clientId });
  }, EVERY);
  return {
    stop: () => clearInterval(timer),
    // The 99th percentile since it was last asked for, in milliseconds.
    p99() {
      const sorted = taken.splice(0).sort((a, b) => a - b);
      return Number(sorted[Math.floor(sorted.length * 0.99)].toFixed(1));
    },
  };
}
