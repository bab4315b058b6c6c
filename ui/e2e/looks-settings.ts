import type { Check, Settings, Snapshot } from '../src/host/host';
import { to, type Look } from './look';
import { noon, shopSnapshot } from './shop';

const CHANNELS = /Canaux|canaux|Channels|channels/;
const SETTINGS = /^(Réglages|Settings)$/;

export const settled = (change: Partial<Settings>): Partial<Snapshot> => ({
  settings: { ...shopSnapshot().settings, ...change },
});
const night = { from: 22 * 60 + 30, to: 9 * 60 };
const noDevice = { subject: 'sound', outcome: 'failed', detail: 'no default output device' } as const;
const CHECKS: Check[] = [
  noDevice,
  { subject: 'popups', outcome: 'passed', detail: null },
  { subject: 'doNotDisturb', outcome: 'warned', detail: null },
  { subject: 'autostart', outcome: 'warned', detail: null },
  { subject: 'hub', outcome: 'passed', detail: null },
  { subject: 'endToEnd', outcome: 'running', detail: null },
];

const LONG = 'Anticonstitutionnellement'.repeat(3);

export const SETTINGS_LOOKS: Look[] = [
  { name: 'channels', go: to(CHANNELS) },
  {
    name: 'channel-preferences',
    go: async (page) => {
      await to(CHANNELS)(page);
      await page
        .getByRole('button', { name: /^cuisine/ })
        .and(page.locator('.open'))
        .click();
    },
  },
  {
    name: 'channel-preferences-own',
    snapshot: {
      sound: 'no_device',
      ...settled({
        preferences: {
          '': {
            ...shopSnapshot().standard.broadcasts,
            types: ['warning', 'error'],
            quiet: { when: 'own', span: night, errorsPierce: true },
          },
        },
      }),
    },
    go: async (page) => {
      await to(CHANNELS)(page);
      await page.locator('.open', { hasText: /À tous|Everyone/ }).click();
    },
  },
  {
    name: 'channel-leave',
    go: async (page) => {
      await to(CHANNELS)(page);
      await page
        .locator('.crow', { hasText: 'cuisine' })
        .getByRole('button', { name: /Quitter|Leave/ })
        .click();
    },
  },
  {
    name: 'channels-hostile',
    snapshot: {
      hubName: 'Restaurant '.repeat(12),
      channels: Array.from({ length: 12 }, (_, at) => ({
        name: at % 2 ? `${'canal-'.repeat(16)}${at}` : `<b>سفرة ${at}</b>`,
        joined: at < 6,
        confirmed: at % 3 > 0,
        clientCount: at * 99_999,
        unread: at,
        today: at * 99_999,
      })),
    },
    go: async (page) => {
      await to(CHANNELS)(page);
      await page.locator('.open', { hasText: 'canal-' }).first().click();
    },
  },
  {
    name: 'settings-hostile',
    snapshot: {
      hubName: 'Restaurant '.repeat(12),
      total: 123_456_789,
      historyBytes: 9e12,
      ...settled({
        username: LONG,
        hubAddress: `http://${'hub-'.repeat(30)}.exemple:65535`,
        people: Array.from({ length: 20 }, (_, at) => `${LONG} ${at}`),
        keepDays: 3650,
        keepAtMost: 10_000_000,
      }),
      readiness: {
        at: noon(),
        running: false,
        checks: [
          { subject: 'hub', outcome: 'failed', detail: `${LONG}${LONG}` },
          { subject: 'popups', outcome: 'failed', detail: '<b>org.freedesktop.DBus.Error.ServiceUnknown</b>' },
        ],
      },
    },
    go: async (page) => {
      await to(SETTINGS)(page);
      await page.getByRole('button', { name: /Modifier les personnes|Edit people/ }).click();
      await page.getByRole('button', { name: /^(Vérifier|Check)$/ }).click();
    },
  },
  { name: 'settings', go: to(SETTINGS) },
  {
    name: 'settings-quiet',
    snapshot: {
      sound: 'no_device',
      quietUntil: noon() + 3_600_000,
      ...settled({
        doNotDisturb: { state: 'until', at: noon() + 3_600_000 },
        quietHours: { days: [night, night, null, night, night, null, null], errorsPierce: true },
      }),
    },
    go: async (page) => {
      await to(SETTINGS)(page);
      await page.locator('#set-alerts').evaluate((section) => section.scrollIntoView());
    },
  },
  {
    name: 'settings-people',
    go: async (page) => {
      await to(SETTINGS)(page);
      await page.getByRole('button', { name: /Modifier les personnes|Edit people/ }).click();
      await page.getByRole('button', { name: 'CSV' }).click();
      await page.getByRole('button', { name: /Afficher|Show/, exact: true }).click();
      await page.locator('.facts').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'settings-history',
    go: async (page) => {
      await to(SETTINGS)(page);
      await page.locator('#set-retention').selectOption('7');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'ready',
    snapshot: {
      readiness: { at: noon(), running: true, checks: CHECKS },
      ...settled({ doNotDisturb: { state: 'on' } }),
    },
    go: async (page) => {
      await to(SETTINGS)(page);
      await page.getByRole('button', { name: /^(Vérifier|Check)$/ }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
];
