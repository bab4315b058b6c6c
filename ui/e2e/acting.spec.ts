import { expect, test } from './browser';
import { alone, open, row, sent, take } from './desk';
import { noon } from './shop';

test.use({ viewport: { width: 1100, height: 720 } });

test.beforeEach(({ page, standIn }) => {
  standIn.now = noon;
  return page.clock.setFixedTime(noon());
});

test('the last actions are taken back one by one, and that is said', async ({ page, standIn }) => {
  alone(standIn);
  await open(page, standIn);
  const [first, second] = standIn.details;
  await row(page, 1).click();
  await expect(page.locator('.detail h1')).toHaveText(second?.title ?? '');
  await page.keyboard.press('u');
  const notice = page.locator('.notice');
  await expect(notice).toContainText('Marquée lue.');
  await row(page, 0).click();
  await page.keyboard.press('e');
  await expect(notice).toContainText('Prise en charge demandée.');
  await page.getByRole('button', { name: 'Plus d’actions' }).click();
  await page.getByRole('menuitem', { name: 'Supprimer' }).click();
  await expect(notice).toContainText('Supprimée de ce poste.');
  await expect(page.locator('.row')).toHaveCount(8);
  await expect(row(page, 0), 'the one that takes its place').toBeFocused();

  await page.keyboard.press('Control+z');
  await expect(notice).toContainText('Action annulée\u00a0: Supprimée de ce poste.');
  await expect(page.locator('.row')).toHaveCount(9);
  await page.keyboard.press('Control+z');
  await expect(notice).toContainText('Action annulée\u00a0: Prise en charge demandée.');
  expect(sent(standIn, 'release')).toEqual([{ do: 'release', id: first?.id }]);
  await page.keyboard.press('Control+z');
  await expect(notice).toContainText('Action annulée\u00a0: Marquée lue.');
  expect(standIn.details.find(({ id }) => id === second?.id)?.read).toBe(false);
  await page.keyboard.press('Control+z');
  await expect(notice).toContainText('Rien à annuler.');
});

test('what was given back is taken again by undoing, in the same name', async ({ page, standIn }) => {
  await open(page, standIn);
  const [first] = standIn.details;
  standIn.hold(first?.id ?? '', { by: 'Chloé', device: null, at: noon(), mine: true, queued: false });
  await row(page, 0).click();
  await page.locator('.ackbar').getByRole('button', { name: 'Rendre' }).click();
  await expect(page.locator('.notice')).toContainText('Restitution demandée.');
  await page.keyboard.press('Control+z');
  await expect(row(page, 0)).toContainText('Chloé, en attente');
  expect(sent(standIn, 'take')).toEqual([{ do: 'take', id: first?.id, by: 'Chloé' }]);
});

test('whoever is asked who takes it is told that somebody was faster', async ({ page, standIn }) => {
  await open(page, standIn);
  await take(page, 0).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  standIn.hold(standIn.details[0]?.id ?? '', { by: 'Alice', device: null, at: noon(), mine: false, queued: false });
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.locator('.notice')).toContainText('Pris en charge par Alice');
});

test('what somebody else has taken first is not released by undoing', async ({ page, standIn }) => {
  alone(standIn);
  await open(page, standIn);
  await take(page, 0).click();
  await expect(row(page, 0)).toContainText('Vous, en attente');
  standIn.hold(standIn.details[0]?.id ?? '', { by: 'Alice', device: null, at: noon(), mine: false, queued: false });
  await expect(page.locator('.notice')).toContainText('Déjà pris en charge par Alice');
  await page.keyboard.press('Control+z');
  await expect(page.locator('.notice')).toContainText('Cela a changé entre-temps\u00a0: rien n’a été annulé.');
  expect(sent(standIn, 'release')).toEqual([]);
});

test('a reminder is set and cancelled from the menu, and shows on the row', async ({ page, standIn }) => {
  await open(page, standIn);
  await row(page, 0).click();
  const more = page.getByRole('button', { name: 'Plus d’actions' });
  await more.focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem').first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(more, 'the focus comes back').toBeFocused();
  await expect(row(page, 0)).toContainText('Rappel\u00a0: 12:22');
  await expect(page.locator('.notice')).toContainText('Rappel\u00a0: 12:22');
  await more.click();
  await page.getByRole('menuitem', { name: 'Ne plus me rappeler' }).click();
  await expect(row(page, 0)).not.toContainText('Rappel');
  await page.keyboard.press('Control+z');
  await expect(row(page, 0)).toContainText('Rappel\u00a0: 12:22');
  await more.click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(page.locator('.detail'), 'Escape closes the top layer first').toBeVisible();
});

test('the reference, the text and the JSON are copied as they are', async ({ page, standIn, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await open(page, standIn);
  await row(page, 0).click();
  await expect(page.locator('.detail')).toContainText('order.delayed');
  await page.keyboard.press('c');
  await expect(page.locator('.notice')).toContainText('Copié\u00a0: ORD-42');
  expect(await copied()).toBe('ORD-42');
  await page.getByRole('button', { name: 'Plus d’actions' }).click();
  await page.getByRole('menuitem', { name: 'Copier en texte' }).click();
  await expect(page.locator('.notice')).toHaveText(/Copié\s*$/);
  expect(await copied()).toMatch(/^Avertissement\u00a0: ORD-42 attend[^]*Client › Nom\u00a0: Awa Ndiaye/);
  await page.keyboard.press('.');
  await expect(page.locator('pre.json')).toContainText('"ref": "ORD-42"');
  await page.keyboard.press('.');
  await expect(page.locator('pre.json')).toHaveCount(0);
  await row(page, 1).click();
  await page.keyboard.press('c');
  await expect(page.locator('.notice')).toContainText('Cette notification n’a pas de référence.');
});

test('a clipboard that is refused is said, and keys that do nothing are not shown', async ({ page, standIn }) => {
  standIn.snapshot = { ...standIn.snapshot, settings: { ...standIn.snapshot.settings, singleKeyShortcuts: false } };
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('refused', 'NotAllowedError'));
  });
  await open(page, standIn);
  await row(page, 0).click();
  await page.getByRole('button', { name: 'Copier la référence' }).click();
  await expect(page.locator('.notice')).toContainText('La copie n’a pas été permise.');
  await expect(page.getByRole('button', { name: 'Prendre en charge' })).toBeVisible();
  await expect(page.locator('kbd')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Copier la référence' })).toHaveAttribute(
    'title',
    'Copier la référence',
  );

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Aller à, chercher, agir…' }).fill('tout marquer lu');
  await expect(page.getByRole('option', { name: /marquer/ })).toHaveCount(1);
  await expect(page.getByRole('option').locator('.end kbd')).toHaveCount(0);
  await page.getByRole('combobox').fill('raccourcis');
  await page.keyboard.press('Enter');
  const help = page.getByRole('dialog', { name: 'Raccourcis clavier' });
  await expect(help.getByRole('listitem').filter({ hasText: 'Notification suivante' })).toContainText('↓↑');
  await expect(help.locator('kbd', { hasText: /^[A-Z./?]$/ })).toHaveText(['Z', 'K', 'N', 'D']);
});

test('a developer’s computer opens data as JSON', async ({ page, standIn }) => {
  standIn.snapshot = { ...standIn.snapshot, settings: { ...standIn.snapshot.settings, rawData: true } };
  await open(page, standIn);
  await row(page, 0).click();
  await expect(page.locator('pre.json')).toContainText('"ref": "ORD-42"');
});
