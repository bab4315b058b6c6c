// A shift under faults: the crew works, the hub is struck again and again, then everybody catches up.

import { Account } from './account.js';
import { chance, seed } from './chance.js';
import { Crew } from './crew.js';
import { pause } from './waiting.js';
import { startHub } from '../stock/support/hub.js';

// How long the hub lives between two strikes, in milliseconds. Every tenth time it lives long enough to write down
// what its stock clients have received: a hub that never does gives them everything again, each time more.
const [LIFE, CALM] = [[20, 400], 1_500];
const QUICK_PINGS = ['--ping-interval-ms', '300', '--ping-timeout-ms', '2000'];

// `strike(hub, account)` ends the hub one way or another; it may also change what is on its disk. `start` starts it
// again. Goes on until `strikes` are done and `confirmed` reached; then everybody has `drain` milliseconds to catch
// up. What else is given says who works; see `Crew.muster`.
export async function shift(t, { strike, strikes, confirmed = 0, start = startHub, drain, report = () => {}, ...who }) {
  const random = chance();
  const account = new Account();
  let hub = await start(t, { args: QUICK_PINGS });
  const { data, port, url } = hub;
  const crew = await Crew.muster(t, account, () => url, who);

  for (let n = 0; n < strikes || account.confirmed.size < confirmed; n += 1) {
    await pause(n % 10 === 9 ? CALM : random.between(...LIFE));
    if (n < strikes) {
      await strike(hub, account);
      hub = await start(t, { data, port, args: QUICK_PINGS });
    }
    if (n % 50 === 49) report({ strikes: n + 1, ...account.verdict(), faults: account.faults.length });
  }

  const late = await crew.drain(drain);
  return { seed, strikes, ...account.verdict(), late };
}
