// Who works during a fault run: senders that repeat what was not confirmed, devices that acknowledge, and
// stock clients that only listen. All of them come back by themselves.

import { io } from '../stock/support/io.js';

const RECONNECT = { forceNew: true, transports: ['websocket'], reconnectionDelay: 20, reconnectionDelayMax: 60, timeout: 2_000 };

// Keeps a fixed number of notifications under way until `stop`, and repeats each until it is confirmed.
export class Sender {
  #socket;
  #open = new Map();
  #next = 0;
  #stopped = false;

  constructor(url, account, { name, channel, window }) {
    this.#socket = io(url, { ...RECONNECT, auth: { user_id: name } });
    const send = (clientId) => this.#socket.emit('send-notification', { channel, title: clientId, message: 'm', client_id: clientId });
    const fill = () => {
      while (!this.#stopped && this.#open.size < window) {
        const clientId = `${name}-${(this.#next += 1)}`;
        account.attempt(clientId);
        this.#open.set(clientId, true);
        send(clientId);
      }
    };
    this.#socket.on('connection-confirmed', () => {
      for (const clientId of this.#open.keys()) send(clientId);
      fill();
    });
    this.#socket.on('notification-sent', ({ client_id: clientId, notificationId }) => {
      account.confirm(clientId, notificationId);
      this.#open.delete(clientId);
      fill();
    });
    // Not stored, e.g. because the hub was stopping: once more, as an ordering system would.
    this.#socket.on('error-message', ({ client_id: clientId }) => {
      if (this.#open.has(clientId)) setTimeout(() => send(clientId), 20);
    });
  }

  stop() {
    this.#stopped = true;
  }

  get idle() {
    return this.#open.size === 0;
  }

  close() {
    this.#socket.close();
  }
}

// A device that commits, then acknowledges, and names its place at every connection.
export function device(url, account, { name, channel }) {
  const cursors = {};
  const socket = io(url, {
    ...RECONNECT,
    auth: (give) => give({ user_id: name, device_id: name, protocol: 2, cursors }),
  });
  let epoch;
  socket.on('connection-confirmed', (confirmed) => {
    account.connects(name);
    ({ epoch } = confirmed);
    socket.emit('join-channel', channel);
  });
  socket.on('notification-received', (notification) => {
    account.receive(name, notification);
    cursors[channel] = { epoch, seq: notification.seq };
    socket.emit('received', { channel, seq: notification.seq });
  });
  return socket;
}

// A client of the published API: the hub alone remembers what it has.
export function stock(url, account, { name, channel }) {
  const socket = io(url, { ...RECONNECT, auth: { user_id: name } });
  socket.on('connect', () => {
    account.connects(name);
    socket.emit('join-channel', channel);
  });
  socket.on('notification-received', (notification) => account.receive(name, notification));
  return socket;
}
