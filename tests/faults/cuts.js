// A shift under power cuts: after each one the hub's disk is looked at, and the hub goes on with what is left of it.

import { chance } from './chance.js';
import { look } from './database.js';
import { Disk } from './power/disk.js';
import { shift } from './shift.js';
import { pause } from './waiting.js';

// Of so many notifications in a channel the hub may let the oldest go.
const KEPT = 100_000;
const CREW = { devices: 2, stocks: 1, upgraders: 0, pollers: 0, window: 64 };

// Compares what the hub has told people with what is on its disk.
class Audit {
  #told = 0;
  #newest = '';
  // Ids that somebody was told, as a sender or a receiver, and that are not on the disk.
  #missing = new Set();
  // Verdicts other than "ok".
  broken = [];

  async of(folder, account) {
    const { integrity, ids } = await look(folder, this.#newest);
    if (integrity !== 'ok') this.broken.push(integrity);
    const kept = new Set(ids);
    // What was on the disk at the last audit was compared then, and what is beyond the hub's share was let go since.
    const oldest = ids.length >= KEPT ? ids[0] : '';
    const told = account.told.slice(this.#told).filter((id) => id > this.#newest && id >= oldest);
    for (const id of told) if (!kept.has(id)) this.#missing.add(id);
    this.#told = account.told.length;
    this.#newest = ids.at(-1) ?? this.#newest;
  }

  // Everything once more, from the first one on.
  async whole(folder, account) {
    this.#told = 0;
    this.#newest = '';
    await this.of(folder, account);
  }

  // `forgotten` was confirmed to its sender; `phantoms` were only given to receivers, before they were on the disk.
  figures(account) {
    const confirmed = new Set(account.confirmed.values());
    const forgotten = [...this.#missing].filter((id) => confirmed.has(id)).length;
    return { forgotten, phantoms: this.#missing.size - forgotten, broken: this.broken };
  }
}

// Cuts the power `cuts` times while a crew works; every other cut is torn, every third one comes while flushes
// fail or have just failed. The figures are those of a shift, and what the disk had forgotten. `lazy`, without
// those two, is for the proof that forgotten rows are found: see power/shim.c.
export async function cutPower(t, { cuts, lazy = false, ...crew }) {
  const disk = await Disk.make(t, { lazy });
  const random = chance();
  const audit = new Audit();
  // As in any shop on its second day, the tables are in the database itself.
  await (await disk.start(t)).stop();
  let done = 0;
  let people;
  const strike = async (hub, account) => {
    people = account;
    // Now and then the hub lives long enough to write down what stock clients have: or they get everything again
    // after each cut, and a long run does nothing else.
    if (done % 25 === 24) await pause(1_500);
    if (!lazy && done % 3 === 2) {
      await disk.fail(true);
      await pause(random.between(5, 60));
      if (random.between(0, 1)) await disk.fail(false);
    }
    await hub.kill();
    await disk.fail(false);
    await disk.cut({ torn: !lazy && done % 2 === 1, random });
    await audit.of(disk.data, account);
    done += 1;
  };
  const start = (t, options) => disk.start(t, options);
  const figures = await shift(t, { ...CREW, ...crew, strikes: cuts, strike, start });
  await audit.whole(disk.survives, people);
  return { ...figures, cuts: done, ...audit.figures(people) };
}
