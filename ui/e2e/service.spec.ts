import { expect, type Page } from '@playwright/test';
import { test } from './station';

// A service with a real station and a real hub: what staff do with an order, from its arrival to the end.
const order = (number: number, title = `Nouvelle commande ORD-${number}`) => ({
  channel: 'commandes',
  title,
  message: 'Table 7 : 2 burgers',
  data: { ref: `ORD-${number}`, table: 7, items: [{ qty: 2, name: 'Burger maison', note: 'sans oignon' }] },
});

const row = (page: Page, index: number) => page.locator(`[data-index="${index}"]`);
const todo = (page: Page, name: string) => page.locator('nav.nav').getByRole('button', { name, exact: true });

test.use({ viewport: { width: 1100, height: 720 } });

test.beforeEach(async ({ page, station }) => {
  await page.goto(station.url);
  await expect(page.locator('nav.nav .state')).toHaveText('Connecté');
});

test('an order is taken, given back with Ctrl+Z, and taken for good', async ({ page, station }) => {
  await station.send(order(45));
  await expect(todo(page, 'À traiter 1')).toBeVisible();
  await row(page, 0).click();
  await page.keyboard.press('e');
  await expect(page.locator('.detail')).toContainText('Pris en charge par vous');
  await expect(todo(page, 'À traiter')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.locator('.detail')).toContainText('Personne ne s’en charge');
  await expect(todo(page, 'À traiter 1')).toBeVisible();
  await page.keyboard.press('e');
  await expect(page.locator('.detail')).toContainText('Pris en charge par vous');
});

test('what is searched is found without its accents, also in the data', async ({ page, station }) => {
  await station.send(order(45, 'Crème brûlée'));
  await station.send(order(46));
  await expect(row(page, 0)).toContainText('ORD-46');
  await page.keyboard.press('/');
  await page.keyboard.type('creme bru');
  await expect(page.locator('.row')).toHaveCount(1);
  await expect(page.locator('.row mark')).toHaveText(['Crème', 'brû']);
  await page.locator('#search').fill('oignon');
  await expect(page.locator('.row')).toHaveCount(2);
});

test('what is deleted is put back with Ctrl+Z', async ({ page, station }) => {
  await station.send(order(45));
  await row(page, 0).click();
  await page.getByRole('button', { name: 'Plus d’actions' }).click();
  await page.getByRole('menuitem', { name: 'Supprimer' }).click();
  await expect(page.locator('.row')).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(row(page, 0)).toContainText('ORD-45');
  await expect(todo(page, 'À traiter 1')).toBeVisible();
});

test('the wall shows what waits, a key takes it, and another gives it back', async ({ page, station }) => {
  await station.send(order(45));
  await station.send(order(46));
  await expect(todo(page, 'À traiter 2')).toBeVisible();
  await page.keyboard.press('F11');
  const cards = page.locator('.wall article');
  await expect(cards).toHaveCount(2);
  await expect(cards.first()).toContainText('45');
  await expect(cards.first()).toContainText('sans oignon');
  await page.keyboard.press('1');
  await expect(cards).toHaveCount(1);
  await expect(cards.first()).toContainText('46');
  await page.keyboard.press('0');
  await expect(cards).toHaveCount(2);
  await station.send(order(47));
  await expect(cards).toHaveCount(3);
  await page.keyboard.press('Escape');
  await expect(todo(page, 'À traiter 3')).toBeVisible();
});

test('everything that an order needs is tried, as far as a browser has it', async ({ page }) => {
  await page.locator('nav.nav').getByRole('button', { name: 'Réglages', exact: true }).click();
  await page.getByRole('button', { name: 'Vérifier' }).click();
  const sheet = page.getByRole('dialog', { name: 'Prêt pour le service' });
  const check = (name: string) => sheet.locator('.check-line').filter({ hasText: name });
  await expect(check('Hub')).toContainText('En ordre');
  await expect(check('Notification de bout en bout')).toContainText('En ordre', { timeout: 15_000 });
  await page.keyboard.press('Escape');
  await page
    .locator('nav.nav')
    .getByRole('button', { name: /^Notifications/ })
    .click();
  await expect(page.locator('.row'), 'the sample leaves nothing behind').toHaveCount(0);
});

test('not to be disturbed is seen in the window, and ended there', async ({ page, station }) => {
  await page.keyboard.press('Control+d');
  const until = page.locator('.quiet').first();
  await expect(until).toBeVisible();
  await station.send(order(45));
  await expect(row(page, 0)).toContainText('ORD-45');
  await until.click();
  await expect(page.locator('.quiet')).toHaveCount(0);
});
