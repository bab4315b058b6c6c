// Updates that are interrupted: a program meets the database of an older version, or none, and is killed before each of
// its steps until it is ready. The next start must have what was there.

import { chance } from './chance.js';
import { serves } from './copies.js';
import { HUB, makeOlder, migrations, STATION } from './older.js';
import { startStation, STATION_PROGRAM } from './station.js';
import { dieAtEachStep, folder } from './steps.js';
import { PROGRAM, startHub } from '../stock/support/hub.js';

const NOWHERE = 'http://127.0.0.1:9';

export async function interruptedHubUpdates(t, steps = {}) {
  const today = await folder(t);
  await (await startHub(t, { data: today })).stop();
  const verdict = (folder, ids) => serves(t, folder, { 'as it was': ids });
  const words = (folder) => [PROGRAM, 'hub', '--listen', '127.0.0.1:0', '--data', folder];
  return updates(t, HUB, today, { ...steps, words, verdict });
}

export async function interruptedStationUpdates(t, steps = {}) {
  const today = await folder(t);
  await (await startStation(t, { hub: NOWHERE, data: today })).stop();
  const verdict = async (folder, ids) => {
    const station = await startStation(t, { hub: NOWHERE, data: folder });
    const found = (await station.history()).map(({ id }) => id);
    await station.kill();
    if (found.join() !== ids.join()) throw new Error(`the station started with ${found}`);
    return 'as it was';
  };
  const words = (folder) => [STATION_PROGRAM, '--data', folder, '--ui', folder, '--no-hub', '--hub', NOWHERE];
  return updates(t, STATION, today, { ...steps, words, verdict });
}

// From nothing, and from `older` of the older versions, by chance; all of them if that is not said. The figures are by
// version.
async function updates(t, program, today, { verdict, older, ...steps }) {
  const all = await migrations(program, today);
  const versions = chance().shuffled(all.map((_, version) => version).slice(1));
  const figures = {};
  for (const version of [0, ...versions.slice(0, older)]) {
    const before = await folder(t);
    if (version > 0) await makeOlder(program, today, all.slice(0, version), before);
    const ids = version > 0 ? ['n_1'] : [];
    figures[version] = await dieAtEachStep(t, { ...steps, before, verdict: (folder) => verdict(folder, ids) });
  }
  return figures;
}
