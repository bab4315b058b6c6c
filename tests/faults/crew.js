// Who works during a fault run: senders that repeat what was not confirmed, devices that acknowledge, stock
// clients that only listen, by WebSocket, by polling or from one to the other, and real stations. All of them
// come back by themselves.

import { io } from '../stock/support/io.js';
import { startStation } from './station.js';
import { until } from './waiting.js';

// The one that a station is in from its first start.
export const CHANNEL = 'commandes';

const RECONNECT = { forceNew: true, transports: ['websocket'], reconnectionDelay: 20, reconnectionDelayMax: 60, timeout: 2_000 };

// Keeps a fixed number of notifications under way until `stop`, and repeats each until it is confirmed. A new one
// follows `pace` milliseconds after a confirmed one.
export class Sender {
  // The codes of every refusal.
  refused = [];
  #socket;
  #open = new Map();
  #next = 0;
  #stopped = false;

  constructor(url, account, { name, channel, window, pace, data }) {
    this.#socket = io(url, { ...RECONNECT, auth: { user_id: name } });
    const send = (clientId) => {
      this.#socket.emit('send-notification', { channel, title: clientId, message: 'm', data, client_id: clientId });
    };
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
      if (pace > 0) setTimeout(fill, pace);
      else fill();
    });
    // Not stored, e.g. because the hub was stopping: once more, as an ordering system would.
    this.#socket.on('error-message', ({ client_id: clientId, codes }) => {
      this.refused.push(...codes);
      if (this.#open.has(clientId)) setTimeout(() => send(clientId), 20);
    });
  }

  stop() {
    this.#stopped = true;
  }

  get idle() {
    return this.#open.size === 0;
  }

  get connected() {
    return this.#socket.connected;
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
export function stock(url, account, { name, channel, transports = RECONNECT.transports }) {
  const socket = io(url, { ...RECONNECT, transports, auth: { user_id: name } });
  socket.on('connect', () => {
    account.connects(name);
    socket.emit('join-channel', channel);
  });
  socket.on('notification-received', (notification) => account.receive(name, notification));
  return socket;
}

// Everybody of one run, and what they are owed.
export class Crew {
  #account;
  #sockets = new Map();
  stations = new Map();
  senders = [];

  constructor(account) {
    this.#account = account;
  }

  // Brings everybody together, and begins to send once all of them listen. `way(name)` gives the address by which
  // each reaches the hub.
  static async muster(t, account, way, who) {
    const { devices = 3, stocks = 2, upgraders = 1, pollers = 1, stations = 0, senders = 2, window = 16, pace = 0, data } = who;
    const crew = new Crew(account);
    t.after(() => [...crew.#sockets.values(), ...crew.senders].forEach((one) => one.close()));
    const several = (count, kind) => Array.from({ length: count }, (_, n) => `${kind}-${n}`);
    const joined = [];
    const listen = async (name, kind, more) => {
      const socket = kind(await way(name), account, { name, channel: CHANNEL, ...more });
      crew.#sockets.set(name, socket);
      joined.push(new Promise((resolve) => socket.once('channel-joined', resolve)));
    };
    for (const name of several(devices, 'device')) await listen(name, device);
    for (const name of several(stocks, 'stock')) await listen(name, stock);
    for (const name of several(upgraders, 'upgrader')) await listen(name, stock, { transports: ['polling', 'websocket'] });
    for (const name of several(pollers, 'poller')) await listen(name, stock, { transports: ['polling'] });
    for (const name of several(stations, 'station')) {
      const station = await startStation(t, { hub: await way(name) });
      crew.stations.set(name, station);
      await station.ready();
    }
    await Promise.all(joined);
    for (const name of several(senders, 'sender')) {
      crew.senders.push(new Sender(await way(name), account, { name, channel: CHANNEL, window, pace, data }));
    }
    return crew;
  }

  // Who is not connected at the moment.
  get away() {
    const everybody = [...this.#sockets, ...this.stations, ...this.senders.map((sender, n) => [`sender-${n}`, sender])];
    return everybody.filter(([, one]) => !one.connected).map(([name]) => name);
  }

  // Sends nothing more, gives everybody time to catch up, each time so many milliseconds, and takes what each
  // station keeps into the account. Names what did not come about in time.
  async drain(milliseconds) {
    this.senders.forEach((sender) => sender.stop());
    const confirmed = () => this.#account.confirmed.size;
    const [clients, stations] = [[...this.#sockets.keys()], [...this.stations.values()]];
    const late = [
      await until('every attempt is confirmed', () => this.senders.every((sender) => sender.idle), milliseconds),
      await until('everybody is connected', () => this.away.length === 0, milliseconds),
      await until('every client has everything', () => clients.every((name) => this.#account.has(name) >= confirmed()), milliseconds),
      await until('every station has everything', () => stations.every(({ snapshot }) => snapshot.total >= confirmed()), milliseconds),
    ];
    for (const [name, station] of this.stations) {
      this.#account.keeps(name, await station.history());
      const { gap, storageFault } = station.snapshot;
      if (gap || storageFault) this.#account.faults.push(`${name} reports ${JSON.stringify({ gap, storageFault })}`);
    }
    return late.filter(Boolean);
  }
}
