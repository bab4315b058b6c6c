import { expect, test } from 'vitest';
import { settings, snapshot } from '../testing/sample';
import { fieldOf, knownHubOf, readTyped, shortFingerprint, spacedCode, wayOf } from './pairing';

const LINK = 'chapfood://pair#192.168.1.20:8002;a1b2;483920';
const KNOWN = { name: 'Chez Awa', fingerprint: 'a1b2c3d4e5f60718293a', certificate: '' };

test('a code is read however it is spaced, and stops at six digits', () => {
  expect(readTyped(' 483 920 ')).toEqual({ digits: '483920' });
  expect(readTyped('483\u202f920')).toEqual({ digits: '483920' });
  expect(readTyped('48-39')).toEqual({ digits: '4839' });
  expect(readTyped('48392012')).toEqual({ digits: '483920' });
  expect(readTyped('douze')).toEqual({ digits: '' });
});

test('a pasted link is kept as it is, and its digits are not taken for a code', () => {
  expect(readTyped(`\n${LINK} `)).toEqual({ link: LINK });
  expect(readTyped('CHAPFOOD://pair#x')).toEqual({ link: 'CHAPFOOD://pair#x' });
});

test('the hub is asked by the link, or by the code and an address, and not before both are there', () => {
  expect(wayOf({ link: LINK }, '')).toEqual({ by: 'link', link: LINK });
  expect(wayOf({ digits: '48392' }, '192.168.1.20:8002')).toBe('code');
  expect(wayOf({ digits: '483920' }, '  ')).toBe('hub');
  expect(wayOf({ digits: '483920' }, ' 192.168.1.20:8002 ')).toEqual({
    by: 'code',
    address: '192.168.1.20:8002',
    code: '483920',
  });
});

test('a failure points at what has to be changed', () => {
  expect(fieldOf('code_wrong')).toBe('code');
  expect(fieldOf('unreachable')).toBe('hub');
  expect(fieldOf('busy')).toBeNull();
});

test('codes and fingerprints are written so that people can compare them', () => {
  expect(spacedCode('483920')).toBe('483\u202f920');
  expect(shortFingerprint(KNOWN.fingerprint)).toBe('A1:B2:C3:D4:E5:F6:07:18');
});

test('the hub that let this computer in is looked for where it is now, then where it was', () => {
  const known = settings({ knownHub: KNOWN, hubAddress: 'https://192.168.1.20:8002' });
  expect(knownHubOf(snapshot({ settings: known }))?.addresses).toEqual(['192.168.1.20:8002']);
  const moved = { id: 'a1b2c3d4e5f60718', name: 'Chez Awa', addresses: ['192.168.1.99:8002'], known: true };
  expect(knownHubOf(snapshot({ settings: known, found: [moved] }))).toBe(moved);
  expect(knownHubOf(snapshot())).toBeNull();
});
