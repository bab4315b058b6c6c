// A hub that cannot give everything any more: an older copy was put back, another hub has its address, or what a
// device had not received was let go. Whoever may lack something is told so, nobody else is, and what the hub does
// keep reaches everybody.

import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { chance, seed } from './chance.js';
import { CHANNEL } from './crew.js';
import { change, query } from './database.js';
import { BROADCASTS, Listener, ListeningStation } from './listener.js';
import { pause } from './waiting.js';
import { connect } from '../stock/support/client.js';
import { PROGRAM, startHub } from '../stock/support/hub.js';

const QUICK_PINGS = ['--ping-interval-ms', '300', '--ping-timeout-ms', '2000'];
const PATIENCE = 20_000;
const FORTY_DAYS = 40 * 24 * 60 * 60 * 1_000;
const EVERYTHING = [CHANNEL, BROADCASTS];
const chapfood = (...words) => promisify(execFile)(PROGRAM, words, { timeout: 20_000 });

// What can happen to a hub; afterwards it is stopped. Each gives the channels of which somebody must be told.
const EVENTS = {
  'a restart': async (shop) => {
    await shop.end();
    return () => [];
  },
  'an older copy': async (shop) => {
    await shop.end();
    await chapfood('restore', '--data', shop.hub.data, shop.copy);
    return (who) => (who.acknowledges ? EVERYTHING : []);
  },
  'another hub': async (shop) => {
    await shop.end();
    await shop.changeHub();
    return (who) => (who.acknowledges ? EVERYTHING : []);
  },
  'forty days': async (shop) => {
    await shop.everybodySettled();
    await shop.hub.stop();
    await change(shop.database, `UPDATE hub SET own_time = own_time + ${FORTY_DAYS}`);
    return (who) => (!who.travels ? [] : who.acknowledges ? EVERYTHING : [CHANNEL]);
  },
};

// Goes through all that can happen, `rounds` times. `induced` gaps were to be told, `reported` ones were; `silent` and
// `falseAlarms` name those that were not, or were without reason; `lost` is what the hub keeps and somebody lacks.
export async function gaps(t, { rounds, report = () => {} }) {
  const shop = await Shop.open(t);
  const figures = { seed, rounds, induced: 0, reported: 0, silent: [], falseAlarms: [], lost: [] };
  for (let round = 1; round <= rounds; round += 1) {
    for (const [event, happens] of Object.entries(EVENTS)) {
      await shop.departures();
      const due = await happens(shop);
      await shop.returns();
      for (const who of shop.people) {
        const told = await who.told();
        const silent = due(who).filter((channel) => !told.has(channel));
        figures.induced += due(who).length;
        figures.reported += due(who).length - silent.length;
        figures.silent.push(...silent.map((channel) => `${event}: ${who.name}, ${channel}`));
        const alarms = [...told].filter((channel) => !due(who).includes(channel));
        figures.falseAlarms.push(...alarms.map((channel) => `${event}: ${who.name}, ${channel}`));
      }
      figures.lost.push(...(await shop.lacking()).map((lack) => `${event}: ${lack}`));
    }
    report({ ...figures, rounds: round });
  }
  return figures;
}

class Shop {
  #t;
  #random = chance();
  #orders = 0;
  // A client of the published API is not owed what this hub's database held before it came there.
  #oldest = '';
  copy = null;

  static async open(t) {
    const shop = new Shop();
    shop.#t = t;
    shop.hub = await startHub(t, { args: QUICK_PINGS });
    const { url } = shop.hub;
    shop.people = [
      new Listener(t, url, { name: 'device', channel: CHANNEL, acknowledges: true, travels: false }),
      new Listener(t, url, { name: 'travelling device', channel: CHANNEL, acknowledges: true, travels: true }),
      new Listener(t, url, { name: 'stock', channel: CHANNEL, acknowledges: false, travels: false }),
      new Listener(t, url, { name: 'travelling stock', channel: CHANNEL, acknowledges: false, travels: true }),
      await ListeningStation.start(t, url, { name: 'station', travels: false }),
      await ListeningStation.start(t, url, { name: 'travelling station', travels: true }),
    ];
    await shop.#begin();
    return shop;
  }

  get database() {
    return join(this.hub.data, 'hub.sqlite3');
  }

  async #until(what, holds) {
    for (const deadline = Date.now() + PATIENCE; !(await holds()); await pause(50)) {
      if (Date.now() > deadline) throw new Error(`not within ${PATIENCE} ms: ${what}; CHAPFOOD_SEED=${seed}`);
    }
  }

  async #untilAll(what, holds, people = this.people) {
    for (const who of people) await this.#until(`${what}: ${who.name}`, () => holds(who));
  }

  // So many orders and one word to everybody, at this shop's hub or at another one. Gives the last order's id.
  async #sell(orders, hub = this.hub) {
    const till = await connect(this.#t, hub, { auth: { user_id: 'till' } });
    const send = (channel) => till.send({ channel, title: `order ${(this.#orders += 1)}`, message: 'm' });
    await send(null);
    let last;
    for (let n = 0; n < orders; n += 1) last = await send(CHANNEL);
    till.close();
    return last.notificationId;
  }

  // Some leave, and the shop goes on without them. In the middle of it a copy is taken.
  async departures() {
    for (const who of this.people.filter(({ travels }) => travels)) await who.leave();
    this.copy = join(this.hub.data, `copy-of-${this.#orders}`);
    await Promise.all([chapfood('backup', '--data', this.hub.data, this.copy), this.#sell(5)]);
    const last = await this.#sell(this.#random.between(1, 5));
    const here = this.people.filter(({ travels }) => !travels);
    await this.#untilAll('has the last order', async (who) => (await who.ids()).has(last), here);
  }

  // In order or not.
  async end() {
    await (this.#random.between(0, 1) ? this.hub.stop() : this.hub.kill());
  }

  // Another hub's database, with orders of its own, takes the place of this hub's.
  async changeHub() {
    const other = await startHub(this.#t);
    this.#oldest = await this.#sell(this.#random.between(1, 5), other);
    await other.stop();
    await rm(this.hub.data, { recursive: true });
    await rename(other.data, this.hub.data);
  }

  // The hub has written down that the stock client, which says nothing itself, has everything.
  async everybodySettled() {
    const behind = `SELECT 1 FROM cursor JOIN channel ON id = channel_id WHERE subscriber = 'user:stock' AND seq < head`;
    await this.#until('the stock client counts as level', async () => (await query(this.database, behind)).length === 0);
  }

  // The hub goes on, and everybody comes back.
  async returns() {
    this.hub = await startHub(this.#t, { data: this.hub.data, port: this.hub.port, args: QUICK_PINGS });
    const old = `SELECT 1 FROM entry JOIN hub ON accepted_at < own_time - ${FORTY_DAYS / 2} LIMIT 1`;
    await this.#until('what is old is let go', async () => (await query(this.database, old)).length === 0);
    for (const who of this.people.filter(({ travels }) => travels)) await who.come();
    await this.#begin();
  }

  // Everybody is there, and has everything.
  async #begin() {
    await this.#untilAll('is there', (who) => who.connected);
    const last = await this.#sell(2);
    await this.#untilAll('has the last order', async (who) => (await who.ids()).has(last));
  }

  // Who lacks what the hub keeps.
  async lacking() {
    const kept = await query(this.database, 'SELECT entry.id, name FROM entry JOIN channel ON channel.id = channel_id');
    const owed = (who, { id, name }) => who.acknowledges || (name === CHANNEL && id > this.#oldest);
    const lacks = async (who) => {
      const ids = await who.ids();
      return kept.filter((row) => owed(who, row) && !ids.has(row.id)).map(({ id }) => `${who.name} lacks ${id}`);
    };
    return (await Promise.all(this.people.map(lacks))).flat();
  }
}
