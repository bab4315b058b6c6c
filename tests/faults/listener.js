// Those who note every gap that the hub tells: programs that listen, and real stations.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startStation } from './station.js';
import { io } from '../stock/support/io.js';

export const BROADCASTS = '*';

// A device that names its places, if it `acknowledges`; else a client of the published API.
export class Listener {
  #socket;
  #cursors = {};
  #gaps = new Set();
  #ids = new Set();
  connected = false;

  constructor(t, url, { name, channel, acknowledges, travels }) {
    Object.assign(this, { name, acknowledges, travels });
    const auth = acknowledges ? { device_id: name, protocol: 2 } : { user_id: name };
    const reconnect = { forceNew: true, transports: ['websocket'], reconnectionDelay: 20, reconnectionDelayMax: 60 };
    this.#socket = io(url, { ...reconnect, auth: (give) => give({ ...auth, cursors: this.#cursors }) });
    t.after(() => this.#socket.close());
    let epoch;
    this.#socket.on('connection-confirmed', (confirmed) => {
      ({ epoch } = confirmed);
      this.#socket.emit('join-channel', channel);
    });
    this.#socket.on('resync-required', ({ channel }) => this.#hearGap(channel));
    this.#socket.on('channel-joined', ({ channel, recovered }) => {
      if (!recovered) this.#hearGap(channel);
      this.connected = true;
    });
    this.#socket.on('disconnect', () => (this.connected = false));
    this.#socket.on('notification-received', ({ id, channel, seq }) => {
      this.#ids.add(id);
      if (!acknowledges) return;
      this.#cursors[channel ?? BROADCASTS] = { epoch, seq };
      this.#socket.emit('received', { channel: channel ?? BROADCASTS, seq });
    });
  }

  // As our station does: no place is named until the hub has given one.
  #hearGap(channel) {
    this.#gaps.add(channel);
    delete this.#cursors[channel];
  }

  leave() {
    this.#socket.disconnect();
  }

  come() {
    this.#socket.connect();
  }

  // The channels of which the hub has said, since this was last asked, that something may be missing.
  told() {
    const told = this.#gaps;
    this.#gaps = new Set();
    return told;
  }

  // The ids of everything received ever.
  ids() {
    return this.#ids;
  }
}

// The same of a real station.
export class ListeningStation {
  #t;
  #url;
  #station;
  acknowledges = true;

  static async start(t, url, { name, travels }) {
    const station = Object.assign(new ListeningStation(), { name, travels });
    station.#t = t;
    station.#url = url;
    const data = await mkdtemp(join(tmpdir(), 'chapfood-station-'));
    t.after(async () => {
      await station.#station?.kill();
      await rm(data, { recursive: true });
    });
    station.#station = await startStation(t, { hub: url, data });
    await station.#station.ready();
    return station;
  }

  get connected() {
    return this.#station.connected;
  }

  async leave() {
    await this.#station.stop();
  }

  async come() {
    this.#station = await startStation(this.#t, { hub: this.#url, data: this.#station.data });
  }

  async told() {
    const { gap } = this.#station.snapshot;
    if (gap) await this.#station.command({ do: 'dismissGap' });
    return new Set(gap?.channels.map((channel) => channel || BROADCASTS));
  }

  async ids() {
    return new Set((await this.#station.history()).map(({ id }) => id));
  }
}
