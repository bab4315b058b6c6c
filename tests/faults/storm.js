// A crew whose every member has a bad network of its own: each fault strikes each link, in an order that chance
// gives. Then the network is clear, and everybody catches up.

import { Account } from './account.js';
import { chance, seed } from './chance.js';
import { Crew } from './crew.js';
import { FAULTS, Proxy } from './proxy.js';
import { pause } from './waiting.js';
import { startHub } from '../stock/support/hub.js';

// So far apart faults strike, in milliseconds. With a dozen links each fault then stays for two seconds at most:
// long enough for a ping to be missed, and a slow link is not waited out.
const APART = [40, 250];
const PINGS = ['--ping-interval-ms', '500', '--ping-timeout-ms', '1000'];
const EVERYBODY = { devices: 3, stocks: 2, upgraders: 2, pollers: 2, stations: 2, senders: 2 };

// In each of `rounds` every fault strikes every link once. What else is given says who works; see `Crew.muster`.
export async function storm(t, { rounds = 1, report = () => {}, ...who } = {}) {
  const random = chance();
  const account = new Account();
  const hub = await startHub(t, { args: PINGS });
  const links = new Map();
  const way = async (name) => {
    links.set(name, await Proxy.start(t, hub.port));
    return links.get(name).url;
  };
  const crew = await Crew.muster(t, account, way, { ...EVERYBODY, ...who });
  const proxies = [...links.values()];

  let strikes = 0;
  for (let round = 0; round < rounds; round += 1) {
    const faults = proxies.flatMap((proxy) => FAULTS.map((fault) => [proxy, fault]));
    for (const [proxy, fault] of random.shuffled(faults)) {
      proxy.turn(fault);
      strikes += 1;
      await pause(random.between(...APART));
      // Somebody's network is well again for a while.
      proxies[random.between(0, proxies.length - 1)].turn('clear');
    }
    report({ strikes, ...account.verdict(), faults: account.faults.length });
  }
  const confirmedInIt = account.confirmed.size;
  proxies.forEach((proxy) => proxy.turn('clear'));
  const late = await crew.drain();
  const connections = proxies.reduce((sum, { accepted }) => sum + accepted, 0);
  return { seed, strikes, connections, confirmedInIt, ...account.verdict(), late };
}
