import { expect, test } from './browser';
import { alone, open, sent } from './desk';
import { noon } from './shop';

test.use({ viewport: { width: 1100, height: 720 } });

test.beforeEach(({ page, standIn }) => {
  standIn.now = noon;
  return page.clock.setFixedTime(noon());
});

test('do not disturb shows until when, and ends with a click', async ({ page, standIn }) => {
  await open(page, standIn);
  await page.keyboard.press('Control+d');
  const quiet = page.locator('.list-pane .quiet');
  await expect(quiet).toHaveAccessibleName('Ne pas déranger jusqu’à 13:07. Rétablir les bulles et le son');
  await quiet.click();
  await expect(quiet).toHaveCount(0);
  expect(sent(standIn, 'doNotDisturb')).toEqual([
    { do: 'doNotDisturb', choice: 'hour' },
    { do: 'doNotDisturb', choice: 'off' },
  ]);
  standIn.change({ quietUntil: noon() + 7_200_000 });
  await expect(quiet).toContainText('Heures calmes jusqu’à 14:07');
  await page.setViewportSize({ width: 420, height: 720 });
  await page.locator('[data-index="0"]').click();
  await expect(page.locator('.detail-head .quiet'), 'also where the detail is all there is').toBeVisible();
});

test('the tray shows a place of the window', async ({ page, standIn }) => {
  await open(page, standIn);
  standIn.emit({ event: 'showRequested', place: 'settings' });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Réglages');
  standIn.emit({ event: 'showRequested', place: 'todo' });
  await expect(page.getByRole('tab', { name: /À traiter/ })).toHaveAttribute('aria-selected', 'true');
  standIn.emit({ event: 'showRequested', place: 'unread' });
  await expect(page.getByRole('tab', { name: /Non lues/ })).toHaveAttribute('aria-selected', 'true');
});

test('quitting names how many computers are cut off, and asks first', async ({ page, standIn }) => {
  await open(page, standIn);
  standIn.emit({ event: 'quitRequested', computers: 3 });
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Quitter et arrêter le hub\u202f? 3 postes seront déconnectés.');
  await dialog.getByRole('button', { name: 'Rester ouvert' }).click();
  expect(sent(standIn, 'quit')).toEqual([]);
  standIn.emit({ event: 'quitRequested', computers: 1 });
  await expect(dialog).toContainText('1 poste sera déconnecté.');
  await dialog.getByRole('button', { name: 'Quitter et arrêter le hub' }).click();
  await expect.poll(() => sent(standIn, 'quit')).toHaveLength(1);
});

test('the wall is opened with a key, and while it is open its keys are its own', async ({ page, standIn }) => {
  alone(standIn);
  await open(page, standIn);
  await page.keyboard.press('F11');
  await expect.poll(() => standIn.snapshot.settings.wall.open).toBe(true);
  await expect(page.locator('.wall')).toBeVisible();
  await page.keyboard.press('2');
  standIn.emit({ event: 'quitRequested', computers: 3 });
  await page.getByRole('dialog').getByRole('button', { name: 'Rester ouvert' }).click();
  await page.keyboard.press('F11');
  await expect.poll(() => standIn.snapshot.settings.wall.open).toBe(false);
  await expect(page.getByRole('tab', { name: 'Toutes' })).toHaveAttribute('aria-selected', 'true');
});

test('an error is an alarm, anything else waits its turn', async ({ page, standIn }) => {
  await open(page, standIn);
  const [template] = standIn.details;
  if (!template) throw new Error('the shop has notifications');
  const arrive = (number: number, type: 'error' | 'info', title: string) => {
    const fresh = { ...template, row: number, id: `n_${number}`, type, title };
    standIn.details = [fresh, ...standIn.details];
    standIn.emit({ event: 'arrived', rows: [fresh], count: 1 });
  };
  arrive(100, 'info', 'Nouvelle commande ORD-46');
  await expect(page.locator('[aria-live="polite"]')).toContainText('Nouvelle commande ORD-46');
  arrive(101, 'error', 'Four en panne');
  await expect(page.getByRole('alert').filter({ hasText: 'Four en panne' })).toHaveCount(1);
  await expect(page.locator('[aria-live="polite"]')).not.toContainText('Four en panne');
});
