// A shift under faults: the crew works, the hub is struck again and again, then everybody catches up.

import { Account } from './account.js';
import { chance, seed } from './chance.js';
import { Crew } from './crew.js';
import { pause } from './waiting.js';
import { startHub } from '../stock/support/hub.js';

const QUICK_PINGS = ['--ping-interval-ms', '300', '--ping-timeout-ms', '2000'];

// `strike(hub)` ends the hub one way or another. Goes on until `strikes` are done and `confirmed` reached. What
// else is given says who works; see `Crew.muster`.
export async function shift(t, { strike, strikes, confirmed = 0, report = () => {}, ...who }) {
  const random = chance();
  const account = new Account();
  let hub = await startHub(t, { args: QUICK_PINGS });
  const { data, port, url } = hub;
  const crew = await Crew.muster(t, account, () => url, who);

  for (let n = 0; n < strikes || account.confirmed.size < confirmed; n += 1) {
    await pause(random.between(20, 400));
    if (n < strikes) {
      await strike(hub);
      hub = await startHub(t, { data, port, args: QUICK_PINGS });
    }
    if (n % 50 === 49) report({ strikes: n + 1, ...account.verdict(), faults: account.faults.length });
  }

  const late = await crew.drain();
  return { seed, strikes, ...account.verdict(), late };
}
