// Every fault of the network strikes everybody. Nothing is lost or doubled, and all connections come back.

import { test } from 'node:test';

import { allIsWell } from './all-is-well.js';
import { storm } from './storm.js';

test('delays, resets, half-closes, black holes, trickles and cuts on every link', async (t) => {
  allIsWell(await storm(t), t);
});
