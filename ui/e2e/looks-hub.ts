import { expect, type Page } from '@playwright/test';
import type { FoundHub } from '../src/host/contract/FoundHub';
import type { Pairing } from '../src/host/contract/Pairing';
import type { RefusalReason } from '../src/host/contract/RefusalReason';
import type { Settings, Snapshot } from '../src/host/host';
import { FINGERPRINT, HUB_ON, HUB_OPEN, shopOffer, shopOverview } from './hub-shop';
import { to, type Look } from './look';
import { settled } from './looks-settings';
import { noon } from './shop';

const HUB = /^Hub$/;
const LONG = 'Anticonstitutionnellement'.repeat(4);
export const FOUND: FoundHub[] = [
  { id: 'a1b2c3d4e5f60718', name: 'Chez Awa', addresses: ['192.168.1.20:8002'], known: true },
  { id: '00b2c3d4e5f60718', name: 'Réserve', addresses: ['192.168.1.31:8002'], known: false },
];

const on = (hostedHub: Snapshot['hostedHub'], change: Partial<Settings> = {}): Partial<Snapshot> => ({
  hostedHub,
  ...settled({ hostHub: true, hubAddress: 'http://127.0.0.1:8001', ...change }),
});
const open = (change: Partial<typeof HUB_OPEN> | object = {}) => on({ ...HUB_OPEN, ...change }, { hubNetwork: true });
const unset = (change: Partial<Snapshot> = {}): Partial<Snapshot> => ({ ...settled({ setUp: false }), ...change });
const toHub = async (page: Page) => {
  await to(HUB)(page);
  await expect(page.locator('.journal')).toBeVisible();
};
const typeCode = async (page: Page) => {
  await page.getByRole('button', { name: /Saisir|Type/ }).click();
  await page.locator('#join-code').fill('483921');
};
const refused = (reason: RefusalReason, words: string): Partial<Snapshot> => ({
  link: { state: 'refused', reason, words, nextAt: noon() + 7000, since: noon() },
});
const failed = (reason: Extract<Pairing, { is: 'failed' }>['reason'], words: string[]): Partial<Snapshot> =>
  unset({ pairing: { is: 'failed', reason, triesLeft: null, words } });

export const HUB_LOOKS: Look[] = [
  { name: 'hub-off', go: to(HUB) },
  {
    name: 'hub-failed',
    snapshot: on({
      state: 'failed',
      reason: 'port_in_use',
      detail: 'bind 0.0.0.0:8001: Address already in use (os error 98)',
    }),
    go: to(HUB),
  },
  { name: 'hub-closed', snapshot: on(HUB_ON), go: toHub },
  { name: 'hub-on', snapshot: open({ offer: shopOffer(noon() + 492_000) }), go: toHub },
  {
    name: 'hub-warnings',
    snapshot: on(
      {
        ...HUB_OPEN,
        unheard: ['cuisine', 'livraison'],
        offer: shopOffer(noon(), { triesLeft: 0, state: { is: 'ended', why: 'tries' } }),
        network: {
          ...HUB_OPEN.network,
          addresses: ['192.168.1.20:8002', '10.0.0.4:8002'],
          plain: ['192.168.1.20:8003', '10.0.0.4:8003'],
          firewall: { name: 'ufw', command: 'sudo ufw allow from 192.168.1.0/24 to any port 8002 proto tcp' },
        },
      },
      { hubNetwork: true, hubPlain: true },
    ),
    go: toHub,
  },
  {
    name: 'hub-hostile',
    snapshot: open({
      unheard: [LONG, LONG],
      offer: shopOffer(noon() + 1000, {
        state: { is: 'asking', deviceName: LONG, username: LONG, address: 'fe80::1234:5678:9abc:def0%enp0s31f6' },
      }),
    }),
    prepare: (standIn) => {
      const overview = shopOverview();
      standIn.overview = shopOverview({
        devices: overview.devices.map((one) => ({ ...one, deviceName: LONG, username: LONG, channels: [LONG, LONG] })),
        tokens: overview.tokens.map((one) => ({ ...one, label: LONG, channels: [`${LONG}*`] })),
        audit: overview.audit.map((one) => ({ ...one, event: LONG, token: LONG, address: LONG, times: 123_456 })),
        sentToday: 12_345_678,
        perMinute: Array.from({ length: 60 }, () => 0),
      });
    },
    go: async (page) => {
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await toHub(page);
    },
  },
  {
    name: 'hub-asking',
    snapshot: open({
      offer: shopOffer(noon() + 400_000, {
        state: { is: 'asking', deviceName: 'Tablette cuisine', username: 'Alice', address: '192.168.1.31' },
      }),
    }),
    go: async (page) => {
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'hub-token',
    snapshot: open(),
    go: async (page) => {
      await toHub(page);
      await page.getByRole('button', { name: /Créer un jeton|Create a token/ }).click();
      await page.getByRole('dialog').getByRole('checkbox').first().uncheck();
      await page.getByRole('button', { name: /^(Créer|Create)$/ }).click();
    },
  },
  {
    name: 'hub-token-once',
    snapshot: open(),
    go: async (page) => {
      await toHub(page);
      await page.getByRole('button', { name: /Créer un jeton|Create a token/ }).click();
      await page.getByLabel(/À quoi il sert|What it is for/).fill('Caisse 2');
      await page.getByRole('button', { name: /^(Créer|Create)$/ }).click();
      await expect(page.locator('.secret')).toBeVisible();
    },
  },
  { name: 'first-run', snapshot: unset({ found: FOUND }) },
  { name: 'first-run-alone', snapshot: unset() },
  {
    name: 'first-run-host',
    snapshot: unset(),
    go: (page) => page.getByRole('button', { name: /Héberger|Host/ }).click(),
  },
  {
    name: 'first-run-code',
    snapshot: failed('closed', ['Code d’appairage expiré']),
    go: async (page) => {
      await page.locator('#join-code').waitFor();
    },
  },
  {
    name: 'first-run-which',
    snapshot: unset({ found: FOUND }),
    go: async (page) => {
      await typeCode(page);
      await page.getByRole('button', { name: /Se connecter|Connect/ }).click();
    },
  },
  {
    name: 'first-run-link',
    snapshot: unset({ found: FOUND }),
    go: async (page) => {
      await page.getByRole('button', { name: /Saisir|Type/ }).click();
      await page.locator('#join-code').fill(shopOffer(0).link ?? '');
    },
  },
  {
    name: 'first-run-address',
    snapshot: unset(),
    go: async (page) => {
      await page.getByRole('button', { name: /Saisir|Type/ }).click();
      await page.getByRole('tab', { name: /Adresse|Address/ }).click();
      await page.getByRole('button', { name: /Se connecter|Connect/ }).click();
    },
  },
  {
    name: 'first-run-waiting',
    snapshot: unset({ pairing: { is: 'waiting', fingerprint: FINGERPRINT } }),
  },
  { name: 'refused-token', snapshot: refused('token_revoked', 'Jeton révoqué') },
  { name: 'refused-certificate', snapshot: refused('certificate_changed', '') },
  { name: 'refused-pace', snapshot: refused('rate_limited', 'Trop de demandes') },
];
