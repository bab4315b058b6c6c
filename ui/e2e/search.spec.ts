import { expect, test } from './browser';
import { noon, shopDetails, shopSnapshot } from './shop';

test.use({ viewport: { width: 1100, height: 720 } });

test.beforeEach(async ({ page, standIn }) => {
  await page.clock.setFixedTime(noon());
  standIn.now = noon;
  await page.goto(standIn.url);
  await expect(page.locator('[data-index="0"]')).toBeVisible();
});

test('what is typed is found as it is typed, marked, and counted', async ({ page }) => {
  await page.keyboard.press('/');
  await expect(page.locator('#search')).toBeFocused();
  await page.keyboard.type('GINGEMBRE nouv');
  await expect(page.locator('.row')).toHaveCount(1);
  await expect(page.locator('.row mark')).toHaveText(['Nouv', 'gingembre']);
  await expect(page.getByRole('status').filter({ hasText: 'résultat' })).toHaveText(
    '1 résultat pour «\u00a0GINGEMBRE nouv\u00a0»',
  );
  await page.keyboard.press('Enter');
  await expect(page.locator('.detail h1')).toHaveText('Nouvelle commande ORD-45');
  await expect(page.locator('.detail .msg mark')).toHaveText('gingembre');
  await page.keyboard.press('j');
  await expect(page.locator('#search'), 'letters are shortcuts again').toHaveValue('GINGEMBRE nouv');
});

test('Escape clears, then leaves', async ({ page, standIn }) => {
  await page.keyboard.press('/');
  await page.keyboard.type('ORD-42');
  await expect(page.locator('.row')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(page.locator('#search')).toHaveValue('');
  await expect(page.locator('.row')).toHaveCount(standIn.details.length);
  await expect(page.locator('#search')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.locator('#search')).not.toBeFocused();
});

test('without a result it is said how far back was looked, and there is a way out', async ({ page, standIn }) => {
  await page.locator('#search').fill('ORD-99');
  const empty = page.locator('.list-box .empty');
  await expect(empty).toContainText('Rien ne correspond à «\u00a0ORD-99\u00a0» dans les 90 derniers jours conservés.');
  await empty.getByRole('button', { name: 'Effacer les filtres' }).click();
  await expect(page.locator('.row')).toHaveCount(standIn.details.length);
});

test('type, channel and words narrow the list together, and are cleared together', async ({ page, standIn }) => {
  await page.getByRole('button', { name: 'Filtrer par type' }).click();
  await expect(page.getByRole('group', { name: 'Filtrer par type' })).toContainText('Information 3');
  await page.getByLabel('Filtrer par canal').selectOption({ label: '# commandes' });
  await expect(page.locator('.row')).toHaveCount(3);
  await page.getByRole('button', { name: /^Information/ }).click();
  await expect(page.locator('.row')).toHaveCount(2);
  await page.locator('#search').fill('ord-45');
  await expect(page.locator('.row')).toHaveCount(1);
  await page.getByRole('button', { name: 'Effacer les filtres' }).click();
  await expect(page.locator('.row')).toHaveCount(standIn.details.length);
  await expect(page.locator('#search')).toBeFocused();
});

test('more than a search counts is said so', async ({ page, standIn }) => {
  standIn.capped = true;
  await page.locator('#search').fill('commande');
  await expect(page.locator('.found')).toContainText('Plus de 4 résultats, les plus récents d’abord');
});

test('what was searched is not remembered after leaving', async ({ page, standIn }) => {
  await page.locator('#search').fill('ORD-42');
  await expect(page.locator('.row')).toHaveCount(1);
  await page.locator('nav.nav').getByRole('button', { name: 'Réglages' }).click();
  await page
    .locator('nav.nav')
    .getByRole('button', { name: /^Notifications/ })
    .click();
  await expect(page.locator('#search')).toHaveValue('');
  await expect(page.locator('.row')).toHaveCount(standIn.details.length);
});

test('a clicked pop-up shows its notification, whatever was searched', async ({ page, standIn }) => {
  await page.locator('#search').fill('ORD-42');
  await expect(page.locator('.row')).toHaveCount(1);
  standIn.emit({ event: 'openRequested', id: standIn.details[4]?.id ?? '' });
  await expect(page.locator('.detail h1')).toHaveText('ORD-41 prête');
  await expect(page.locator('#search')).toHaveValue('');
  await expect(page.locator('.row')).toHaveCount(standIn.details.length);
});

test('markup that is searched is marked as text', async ({ page, standIn }) => {
  const [first, ...rest] = shopDetails();
  if (!first) throw new Error('the shop has notifications');
  standIn.details = [{ ...first, title: '<mark>gras</mark><img src=x onerror="document.title=1">' }, ...rest];
  standIn.snapshot = shopSnapshot();
  await page.reload();
  await page.locator('#search').fill('gras');
  await expect(page.locator('.row')).toHaveCount(1);
  await expect(page.locator('.row .ttl')).toHaveText('<mark>gras</mark><img src=x onerror="document.title=1">');
  await expect(page.locator('.row mark')).toHaveText('gras');
  await expect(page.locator('#app img')).toHaveCount(0);
});

test('the palette finds notifications, places and actions, and gives the focus back', async ({ page, standIn }) => {
  await page.locator('[data-index="3"]').focus();
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Commandes' });
  const field = palette.getByRole('combobox');
  await expect(field).toBeFocused();
  await field.fill('frigo');
  await expect(palette.getByRole('option')).toHaveText([/Frigo 2 à 9 °C/]);
  await expect(palette.getByRole('option')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Escape');
  await expect(palette).toHaveCount(0);
  await expect(page.locator('[data-index="3"]')).toBeFocused();

  await page.keyboard.press('Control+k');
  await field.fill('frigo');
  await expect(palette.getByRole('option')).toHaveText([/Frigo 2/]);
  await page.keyboard.press('Enter');
  await expect(page.locator('.detail h1')).toHaveText('Frigo 2 à 9 °C');

  await page.keyboard.press('Control+k');
  await field.fill('reglages');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Réglages');

  await page.keyboard.press('Control+k');
  await field.fill('pas deranger');
  await page.keyboard.press('Enter');
  await expect(page.locator('.quiet').first()).toBeVisible();
  expect(standIn.received).toContainEqual({ do: 'doNotDisturb', choice: 'hour' });
});

test('the arrows of the palette go round, and the chosen one is named', async ({ page }) => {
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Aller à, chercher, agir…' });
  await expect(field).toBeFocused();
  await page.keyboard.press('ArrowUp');
  const last = page.getByRole('option').last();
  await expect(last).toHaveAttribute('aria-selected', 'true');
  await expect(last).toBeInViewport();
  await expect(field).toHaveAttribute('aria-activedescendant', (await last.getAttribute('id')) ?? '');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('option').first()).toHaveAttribute('aria-selected', 'true');
  await field.fill('zzzz');
  await expect(page.getByRole('dialog')).toContainText('Aucun résultat');
  await page.keyboard.press('Enter');
  await expect(field).toBeFocused();
});

test('a palette that cannot search says why', async ({ page, standIn }) => {
  await page.keyboard.press('Control+k');
  standIn.fault = { code: 'storage', message: 'disk full' };
  await page.getByRole('combobox', { name: 'Aller à, chercher, agir…' }).fill('zzzz');
  await expect(page.getByRole('dialog').getByRole('status')).toHaveText(/Le disque de ce poste a refusé/);
});
