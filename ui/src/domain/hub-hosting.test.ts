import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HubOverview, Snapshot } from '../host/host';
import type { OfferState } from '../host/contract/OfferState';
import { stringsFor } from '../strings/strings';
import { fault, FakeHost, snapshot } from '../testing/fake-host';
import { settings } from '../testing/sample';
import { auditWords } from './audit';
import { Doorbell } from './doorbell.svelte';
import { Finding } from './finding.svelte';
import { othersConnected } from './hosting';
import { chartOf } from './hub-chart';
import { HubWatch } from './hub-watch.svelte';
import { Station } from './station.svelte';
import { wishOf } from './token-form';

const NOON = 1_763_640_000_000;
let host: FakeHost;
let station: Station;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  host = new FakeHost();
  station = new Station(host);
  station.start();
});
afterEach(() => vi.useRealTimers());

const overview = (sentToday: number): HubOverview => ({
  devices: [],
  tokens: [],
  sentToday,
  refusedToday: 0,
  perMinute: [],
  audit: [],
});

test('the hub is asked every two seconds while somebody looks, and not any more afterwards', async () => {
  const watch = new HubWatch(station);
  host.answer = () => overview(host.asked('hubOverview').length);
  const stop = watch.look();
  await pass(4100);
  expect(watch.overview?.sentToday).toBe(3);
  stop();
  await pass(10_000);
  expect(host.asked('hubOverview')).toHaveLength(3);
});

test('figures that could not be renewed stay, and are known to be old', async () => {
  const watch = new HubWatch(station);
  host.answer = () => overview(1);
  const stop = watch.look();
  await pass(100);
  host.answer = () => Promise.reject(fault('unsupported'));
  await pass(2000);
  expect([watch.failed, watch.overview?.sentToday, watch.at]).toEqual([true, 1, NOON]);
  host.answer = () => overview(2);
  await pass(2000);
  expect([watch.failed, watch.overview?.sentToday]).toEqual([false, 2]);
  stop();
});

test('an answer that was overtaken by a later one is thrown away', async () => {
  const watch = new HubWatch(station);
  let answerFirst: (overview: HubOverview) => void = () => undefined;
  host.answer = () => new Promise((answer) => (answerFirst = answer));
  const first = watch.ask();
  await pass(0);
  host.answer = () => overview(2);
  await watch.ask();
  answerFirst(overview(1));
  await first;
  expect(watch.overview?.sentToday).toBe(2);
});

test('hubs are looked for as long as the page is open, and none is said only after a while', async () => {
  const finding = new Finding(station);
  const stop = finding.look();
  await pass(1000);
  expect([host.asked('findHubs').length, finding.long]).toEqual([1, false]);
  await pass(120_000);
  expect([host.asked('findHubs').length, finding.long]).toEqual([2, true]);
  stop();
  await pass(600_000);
  expect(host.asked('findHubs')).toHaveLength(2);
});

test('a search that cannot begin is known', async () => {
  const finding = new Finding(station);
  host.answer = () => Promise.reject(fault('unsupported'));
  const stop = finding.look();
  await pass(0);
  expect(finding.failed).toBe(true);
  stop();
});

const hosting = (state: OfferState | null): Snapshot =>
  snapshot({
    hostedHub: {
      state: 'on',
      address: 'http://127.0.0.1:8001',
      connectedClients: 1,
      activeChannels: 1,
      startedAt: 0,
      network: null,
      offer: state && {
        code: '483920',
        link: '',
        qr: { size: 21, path: '' },
        expiresAt: NOON + 600_000,
        triesLeft: 5,
        state,
      },
      unheard: [],
    },
  });
const say = (state: OfferState | null) => host.emit({ event: 'snapshot', snapshot: hosting(state) });
const asking = (deviceName: string): OfferState => ({
  is: 'asking',
  deviceName,
  username: 'Alice',
  address: '192.168.1.31',
});

test('whoever asks rings until somebody answers or puts it aside, and the next one rings again', async () => {
  const doorbell = new Doorbell(station);
  const accepted = vi.fn();
  doorbell.onAccepted = accepted;
  say({ is: 'open' });
  expect(doorbell.rings).toBe(false);
  say(asking('Tablette'));
  expect([doorbell.rings, doorbell.caller?.deviceName]).toEqual([true, 'Tablette']);
  doorbell.putAside();
  say(asking('Tablette'));
  expect([doorbell.rings, doorbell.caller !== null], 'aside, and still asking').toEqual([false, true]);
  say(asking('Caisse'));
  expect(doorbell.rings).toBe(true);
  await doorbell.answer(true);
  expect(host.asked('answerPairing')).toEqual([{ do: 'answerPairing', accept: true }]);
  expect(doorbell.rings, 'answered').toBe(false);
  say({ is: 'accepted', deviceName: 'Caisse' });
  say({ is: 'accepted', deviceName: 'Caisse' });
  expect(accepted.mock.calls).toEqual([['Caisse']]);
  expect(doorbell.caller).toBeNull();
});

test('somebody who was let in before this page was opened is no news', () => {
  const doorbell = new Doorbell(station);
  const accepted = vi.fn();
  doorbell.onAccepted = accepted;
  say({ is: 'accepted', deviceName: 'Caisse' });
  expect(accepted).not.toHaveBeenCalled();
});

test('the chart names the fullest minute, the latest of several', () => {
  const chart = chartOf([0, 11, 3, 11, 0], NOON);
  expect(chart.peak).toMatchObject({ count: 11, at: NOON - 60_000, x: 450, y: 6 });
  expect(chart.path).toBe('M0 52.5L150 6L300 39.8L450 6L600 52.5');
  expect(chart.to - chart.from).toBe(5 * 60_000);
});

test('an hour without anything is a flat line without a peak', () => {
  expect(chartOf([0, 0], NOON)).toMatchObject({ peak: null, path: 'M0 52.5L600 52.5' });
  expect(chartOf([], NOON)).toMatchObject({ peak: null, path: '' });
});

test('the journal speaks in words, and shows a word of a newer hub as it is', () => {
  const fr = stringsFor('fr');
  const entry = { at: 0, event: 'refused', token: null, address: '10.0.0.7', code: 'token_invalid', times: 12 };
  expect(auditWords(entry, fr)).toEqual({ what: 'Refusé', about: 'jeton inconnu, 10.0.0.7, 12 fois' });
  expect(auditWords({ ...entry, event: 'teleported', code: 'why_not', times: 1 }, fr)).toEqual({
    what: 'teleported',
    about: 'why_not, 10.0.0.7',
  });
});

test('a token needs a purpose, something to do, and somewhere to do it', () => {
  const form = { label: ' Caisse 2 ', reads: false, sends: true, channels: ' #cuisine, commandes*,, cuisine' };
  expect(wishOf(form)).toEqual({
    wish: { label: 'Caisse 2', reads: false, sends: true, channels: ['cuisine', 'commandes*'] },
  });
  expect(wishOf({ label: 'x'.repeat(101), reads: false, sends: false, channels: ' , ' })).toEqual({
    missing: ['label', 'may', 'channels'],
  });
});

test('this computer’s own connection is not cut off by its own hub', () => {
  const hub = { ...hosting(null), settings: settings({ hubAddress: 'http://127.0.0.1:8001' }) };
  expect(othersConnected(hub)).toBe(0);
  expect(othersConnected({ ...hub, settings: settings({ hubAddress: 'https://192.168.1.9:8002' }) })).toBe(1);
  expect(othersConnected({ ...hub, link: { state: 'connecting' } })).toBe(1);
  expect(othersConnected(snapshot())).toBe(0);
});
