import { beforeEach, expect, test, vi } from 'vitest';
import type { Pairing } from '../host/contract/Pairing';
import { fault, FakeHost, settle, snapshot } from '../testing/fake-host';
import { settings } from '../testing/sample';
import { Joining } from './joining.svelte';
import { Station } from './station.svelte';

const KNOWN = { name: 'Chez Awa', fingerprint: 'A1', certificate: '' };
const WAY = { by: 'code', address: '192.168.1.20:8002', code: '483920' } as const;
const WRONG: Pairing = { is: 'failed', reason: 'code_wrong', triesLeft: 4, words: [] };

let host: FakeHost;
let joining: Joining;
const joined = vi.fn();

beforeEach(async () => {
  host = new FakeHost();
  const station = new Station(host);
  joining = new Joining(station);
  joined.mockReset();
  joining.onJoined = joined;
  host.answer = ({ do: what }) => (what === 'snapshot' ? snapshot() : null);
  station.start();
  host.open();
  await settle();
});

const tell = (pairing: Pairing | null, knownHub: typeof KNOWN | null = null) =>
  host.emit({ event: 'snapshot', snapshot: snapshot({ pairing, settings: settings({ knownHub }) }) });

test('who was let in is told once, when the settings name the hub', async () => {
  await joining.ask(WAY, 'Comptoir');
  tell({ is: 'contacting' });
  tell({ is: 'waiting', fingerprint: 'A1' });
  expect(joining.progress?.is).toBe('waiting');
  expect(joined).not.toHaveBeenCalled();
  tell(null, KNOWN);
  tell(null, KNOWN);
  expect(joined).toHaveBeenCalledTimes(1);
});

test('a page that was opened again while it was under way is told too', () => {
  tell({ is: 'confirming' });
  tell(null, KNOWN);
  expect(joined).toHaveBeenCalledTimes(1);
});

test('given up is given up, also where a late snapshot still speaks of it', async () => {
  await joining.ask(WAY, '');
  tell({ is: 'contacting' });
  await joining.cancel();
  tell({ is: 'confirming' });
  expect(joining.progress).toBeNull();
  tell(null, KNOWN);
  expect(joined).not.toHaveBeenCalled();
  expect(host.asked('cancelPairing')).toHaveLength(1);
});

test('a failure is no success, is read once, and the next one shows again', async () => {
  await joining.ask(WAY, '');
  tell({ is: 'confirming' });
  tell(WRONG);
  expect(joining.progress).toEqual(WRONG);
  await joining.cancel();
  expect(joining.progress).toBeNull();
  tell(null, KNOWN);
  expect(joined).not.toHaveBeenCalled();
  await joining.ask(WAY, '');
  tell(WRONG);
  expect(joining.progress).toEqual(WRONG);
});

test('a failure that was put away elsewhere is no success, at a hub that was known before', () => {
  tell({ is: 'confirming' }, KNOWN);
  tell(WRONG, KNOWN);
  tell(null, KNOWN);
  expect(joined).not.toHaveBeenCalled();
});

test('a station that was started again in between has let nobody in', () => {
  tell({ is: 'waiting', fingerprint: 'A1' });
  tell(null);
  expect(joined).not.toHaveBeenCalled();
});

test('nor has one that knew the hub before, and was asked again', async () => {
  tell({ is: 'waiting', fingerprint: 'A1' }, KNOWN);
  host.answer = ({ do: what }) => (what === 'snapshot' ? snapshot({ settings: settings({ knownHub: KNOWN }) }) : null);
  host.open();
  await settle();
  expect(joined).not.toHaveBeenCalled();
});

test('where nothing is under way there is nothing to give up', async () => {
  await joining.cancel();
  expect(host.asked('cancelPairing')).toHaveLength(0);
});

test('a station that cannot ask says so', async () => {
  host.answer = () => Promise.reject(fault('invalid_setting'));
  await expect(joining.ask(WAY, 'x')).rejects.toEqual(fault('invalid_setting'));
});
