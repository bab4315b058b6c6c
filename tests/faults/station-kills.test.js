// A station that is killed has every notification once afterwards, in the hub's order, and shows none again.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allIsWell } from './all-is-well.js';
import { popupKills, stationKills } from './station-kills.js';

function asTheHubHasIt(figures) {
  const { rows, confirmed, asTheHub, placeIsTheEnd, popupsAgain, unstored } = figures;
  assert.deepEqual({ rows, asTheHub, placeIsTheEnd }, { rows: confirmed, asTheHub: true, placeIsTheEnd: true });
  assert.deepEqual({ popupsAgain, unstored }, { popupsAgain: 0, unstored: 0 }, 'what pops up is stored, and so never new again');
}

test('kill -9 of the station in a rush, ten times', async (t) => {
  const figures = await stationKills(t, { kills: 10 });
  allIsWell(figures, t);
  asTheHubHasIt(figures);
  assert.ok(figures.behind > 0, 'it was killed while it had not stored everything');
});

test('kill -9 of the station at the moment of a pop-up, ten times', async (t) => {
  const figures = await popupKills(t, { kills: 10 });
  allIsWell(figures, t, 10);
  asTheHubHasIt(figures);
  assert.ok(figures.popups >= 10, `there were pop-ups: ${figures.popups}`);
});
