// A shift under faults: the crew works, the hub is struck again and again, then everybody catches up.

import { Account } from './account.js';
import { chance, seed } from './chance.js';
import { device, Sender, stock } from './crew.js';
import { startHub } from '../stock/support/hub.js';

const CHANNEL = 'commandes';
const DRAIN = 60_000;

// Faults strike at random moments, and a crew is given time to catch up: here time itself is the matter.
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(what, holds, milliseconds = DRAIN) {
  const deadline = Date.now() + milliseconds;
  while (!holds()) {
    if (Date.now() > deadline) return `not within ${milliseconds} ms: ${what}`;
    await pause(20);
  }
  return null;
}

// `strike(hub)` ends the hub one way or another. Goes on until `strikes` are done and `confirmed` reached.
export async function shift(t, { strike, strikes, confirmed = 0, devices = 3, stocks = 2, window = 16, report = () => {} }) {
  const random = chance();
  const account = new Account();
  let hub = await startHub(t, { args: ['--ping-interval-ms', '300', '--ping-timeout-ms', '2000'] });
  const { data, port, url } = hub;
  const names = [];
  const sockets = [];
  for (let n = 0; n < devices; n += 1) names.push(`device-${n}`) && sockets.push(device(url, account, { name: names.at(-1), channel: CHANNEL }));
  for (let n = 0; n < stocks; n += 1) names.push(`stock-${n}`) && sockets.push(stock(url, account, { name: names.at(-1), channel: CHANNEL }));
  const joined = sockets.map((socket) => new Promise((resolve) => socket.once('channel-joined', resolve)));
  await Promise.all(joined);
  const senders = [0, 1].map((n) => new Sender(url, account, { name: `sender-${n}`, channel: CHANNEL, window }));
  t.after(() => [...sockets, ...senders].forEach((one) => one.close()));

  for (let n = 0; n < strikes || account.confirmed.size < confirmed; n += 1) {
    await pause(random.between(20, 400));
    if (n < strikes) {
      await strike(hub);
      hub = await startHub(t, { data, port, args: ['--ping-interval-ms', '300', '--ping-timeout-ms', '2000'] });
    }
    if (n % 50 === 49) report({ strikes: n + 1, ...account.verdict(), faults: account.faults.length });
  }

  senders.forEach((sender) => sender.stop());
  const late = [
    await until('every attempt is confirmed', () => senders.every((sender) => sender.idle)),
    await until('everybody has everything', () => names.every((name) => account.has(name) >= account.confirmed.size)),
  ];
  return { seed, strikes, ...account.verdict(), late: late.filter(Boolean) };
}
