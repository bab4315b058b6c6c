// The stock Socket.IO client, with a record of everything that it got.

import assert from 'node:assert/strict';

import { io } from 'socket.io-client';

import { within } from './within.js';

export class Client {
  #waiting = [];
  #seen = new Map();

  constructor(socket) {
    this.socket = socket;
    // Every event in the order of arrival, as { event, payload }.
    this.log = [];
    this.disconnects = [];
    socket.onAny((event, payload) => this.#record(event, payload));
    socket.on('disconnect', (reason) => this.disconnects.push(reason));
  }

  #record(event, payload) {
    this.log.push({ event, payload });
    for (const waiting of [...this.#waiting]) waiting();
  }

  emit(event, ...payload) {
    this.socket.emit(event, ...payload);
    return this;
  }

  // The acknowledgement of `event`.
  ask(event, ...payload) {
    return this.socket.timeout(5_000).emitWithAck(event, ...payload);
  }

  // The next `event` that no earlier call has taken, and that `matches`.
  next(event, matches = () => true, milliseconds = 5_000) {
    let from = this.#seen.get(event) ?? 0;
    const found = new Promise((resolve) => {
      const look = () => {
        for (; from < this.log.length; from += 1) {
          const entry = this.log[from];
          if (entry.event !== event || !matches(entry.payload)) continue;
          this.#seen.set(event, from + 1);
          this.#waiting = this.#waiting.filter((waiting) => waiting !== look);
          resolve(entry.payload);
          return;
        }
      };
      this.#waiting.push(look);
      look();
    });
    return within(milliseconds, `${event} arrives; so far: ${this.#summary()}`, found);
  }

  // Waits until `count` notifications that `matches` accepts have arrived, and gives them in order.
  async notifications(count, matches = () => true, milliseconds = 5_000) {
    const all = () => this.payloads('notification-received').filter(matches);
    const enough = new Promise((resolve) => {
      const look = () => {
        if (all().length < count) return;
        this.#waiting = this.#waiting.filter((waiting) => waiting !== look);
        resolve();
      };
      this.#waiting.push(look);
      look();
    });
    await within(milliseconds, `${count} notifications arrive`, enough).catch((late) => {
      throw new Error(`${late.message}, only ${all().length} did`);
    });
    return all();
  }

  // The payloads of every `event` so far.
  payloads(event) {
    return this.log.filter((entry) => entry.event === event).map((entry) => entry.payload);
  }

  // Waits until the hub has answered everything sent before, so that "nothing came" can be said.
  async settle() {
    await this.ask('get-stats');
  }

  async join(channel) {
    this.emit('join-channel', channel);
    return this.next('channel-joined', (joined) => joined.channel === channel);
  }

  async send(notification) {
    this.emit('send-notification', notification);
    return this.next('notification-sent');
  }

  // Expects exactly one `error-message` for what was just emitted.
  async refused(errors, codes, event) {
    const answer = await this.next('error-message');
    assert.deepEqual(answer.errors, errors);
    assert.deepEqual(answer.codes, codes);
    if (event !== undefined) assert.equal(answer.event, event);
    return answer;
  }

  close() {
    this.socket.close();
  }

  #summary() {
    const counts = new Map();
    for (const { event } of this.log) counts.set(event, (counts.get(event) ?? 0) + 1);
    return JSON.stringify(Object.fromEntries(counts));
  }
}

// Connects, and waits for the hub's confirmation. The client ends with test `t`.
export async function connect(t, hub, options = {}) {
  const client = begin(t, hub, options);
  await client.next('connection-confirmed', undefined, 10_000);
  return client;
}

// As `connect`, without waiting.
export function begin(t, hub, options = {}) {
  const socket = io(hub.url, {
    path: '/socket.io/',
    forceNew: true,
    reconnection: false,
    transports: ['websocket'],
    ...options,
  });
  const client = new Client(socket);
  t.after(() => client.close());
  return client;
}
