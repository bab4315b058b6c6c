import { expect, test } from './browser';
import { noon, shopSnapshot } from './shop';

test.use({ viewport: { width: 1100, height: 720 } });

const nav = (page: import('@playwright/test').Page, name: string | RegExp) =>
  page.locator('nav.nav').getByRole('button', { name });

test('a station that falls silent is said, and asked again once it is back', async ({ page, standIn }) => {
  await page.goto(standIn.url);
  await expect(page.locator('[data-index="0"]')).toBeVisible();
  standIn.hangUp();
  await expect(page.locator('nav.nav .state')).toHaveText('Station injoignable');
  await expect(page.locator('.banner')).toContainText('Cette page ne reçoit plus rien.');
  const asked = () => standIn.received.filter((command) => command.do === 'outline').length;
  const before = asked();
  standIn.pickUp();
  await expect(page.locator('nav.nav .state')).toHaveText('Connecté', { timeout: 15_000 });
  await expect.poll(asked, 'what was missed is asked for').toBeGreaterThan(before);
});

test('runs with frozen prototypes, as in the desktop window', async ({ page, standIn }) => {
  await page.addInitScript(() => Object.freeze(Object.prototype));
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(standIn.url);
  await page.locator('[data-index="0"]').click();
  await expect(page.locator('.detail')).toContainText('Burger maison');
  for (const place of [/Gérer les canaux/, /^Envoyer/, /^Hub/, /^Réglages/]) await nav(page, place).click();
  await expect(page.getByRole('switch', { name: 'Raccourcis à une touche' })).toBeVisible();
  expect(errors).toEqual([]);
});

for (const [code, words] of [
  ['not_connected', 'Le brouillon est gardé'],
  ['unconfirmed', 'La notification est peut-être partie'],
] as const) {
  test(`a send that ends ${code} is said in words, and keeps the draft`, async ({ page, standIn }) => {
    await page.goto(standIn.url);
    await nav(page, /^Envoyer/).click();
    await page.locator('#send-title').fill('Rupture de poulet');
    await page.locator('#send-message').fill('Proposer le poisson.');
    standIn.fault = { code, message: 'for the developer' };
    await page.locator('.formbar .primary').click();
    await expect(page.getByRole('alert')).toContainText(words);
    await expect(page.locator('#send-title')).toHaveValue('Rupture de poulet');
  });
}

test('data that is no JSON is refused here, with its place', async ({ page, standIn }) => {
  await page.goto(standIn.url);
  await nav(page, /^Envoyer/).click();
  await page.locator('#send-title').fill('Rupture');
  await page.locator('#send-message').fill('Poulet');
  await page.locator('#send-data').fill('{\n  "ref": "POULET,\n}');
  await page.keyboard.press('Control+Enter');
  await expect(page.locator('#send-data-problem')).toContainText('Ligne 2, colonne 10');
  await expect(page.locator('#send-data')).toBeFocused();
  expect(standIn.received.some((command) => command.do === 'send')).toBe(false);
});

test('stopping the hub names how many computers it cuts off, and asks first', async ({ page, standIn }) => {
  standIn.snapshot = shopSnapshot({
    hostedHub: {
      state: 'on',
      address: 'http://192.168.1.20:8001',
      connectedClients: 4,
      activeChannels: 5,
      startedAt: noon(),
    },
  });
  await page.goto(standIn.url);
  await nav(page, /^Hub/).click();
  const stop = page.getByRole('button', { name: 'Arrêter le hub' });
  await stop.click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('4 postes seront déconnectés.');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(stop, 'the focus comes back').toBeFocused();
  expect(standIn.received.some((command) => command.do === 'stopHub')).toBe(false);
});

test('a clicked pop-up shows its notification, whatever was on screen', async ({ page, standIn }) => {
  await page.goto(standIn.url);
  await page.locator('[data-index="0"]').waitFor();
  await page.getByRole('tab', { name: /Non lues/ }).click();
  await nav(page, /^Réglages/).click();
  const wanted = standIn.details[4];
  standIn.emit({ event: 'openRequested', id: wanted?.id ?? '' });
  await expect(page.locator('.detail h1')).toHaveText(wanted?.title ?? '');
  await expect(page.locator('[data-index="4"]')).toHaveAttribute('aria-current', 'true');
});

test('the language and the theme change at once', async ({ page, standIn }) => {
  await page.goto(standIn.url);
  await nav(page, /^Réglages/).click();
  await page.getByLabel('Langue').selectOption('en');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Settings');
  await page.getByRole('radio', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('what only the desktop can do is not offered in a browser', async ({ page, standIn }) => {
  standIn.snapshot = shopSnapshot({ host: 'browser' });
  await page.goto(standIn.url);
  await nav(page, /^Réglages/).click();
  await expect(page.getByRole('switch')).toHaveCount(2);
  await expect(page.getByRole('switch', { name: 'Ouvrir au démarrage de l’ordinateur' })).toHaveCount(0);
});

test('a setting the station refuses is said at its field', async ({ page, standIn }) => {
  await page.goto(standIn.url);
  await nav(page, /^Réglages/).click();
  standIn.fault = { code: 'invalid_setting', message: 'not an address' };
  await page.getByLabel(/Adresse du hub/).fill('pas une adresse');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('Cette valeur n’est pas acceptée.');
  await expect(page.getByLabel(/Adresse du hub/)).toHaveValue('pas une adresse');
});

test('the list is where it was left when coming back from another view', async ({ page, standIn }) => {
  const [template] = standIn.details;
  if (!template) throw new Error('the shop has notifications');
  standIn.details = Array.from({ length: 300 }, (_, at) => ({
    ...template,
    row: 300 - at,
    id: `n_${at}`,
    title: `Commande ${300 - at}`,
  }));
  standIn.snapshot = shopSnapshot({ newestRow: 300 });
  await page.goto(standIn.url);
  const list = page.locator('#list');
  // An empty list has nowhere to scroll to.
  await expect(page.locator('[data-index="0"]')).toBeVisible();
  await list.evaluate((box) => (box.scrollTop = 5000));
  await expect(page.locator('[data-index="64"]')).toBeVisible();
  await nav(page, /^Réglages/).click();
  await nav(page, /^Notifications/).click();
  await expect(page.locator('[data-index="64"]')).toBeInViewport();
});

test('what may be missing is said until the person says that they know', async ({ page, standIn }) => {
  standIn.snapshot = shopSnapshot({ gap: { channels: ['', 'commandes'], since: noon() } });
  await page.goto(standIn.url);
  const banner = page.getByRole('status').filter({ hasText: 'Des notifications ont pu manquer' });
  await expect(banner).toContainText('À tous et commandes');
  await banner.getByRole('button', { name: 'Fermer' }).click();
  await expect
    .poll(() => standIn.received.map((command) => command.do), 'the station keeps it until told')
    .toContain('dismissGap');
  standIn.change({ gap: null });
  await expect(banner).toBeHidden();
});
