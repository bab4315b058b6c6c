import { expect, test } from './browser';
import { alone, open, row, sent, take } from './desk';
import { noon } from './shop';

test.use({ viewport: { width: 1100, height: 720 } });

test.beforeEach(({ page, standIn }) => {
  standIn.now = noon;
  return page.clock.setFixedTime(noon());
});

test('what waits for somebody is counted, listed, and gone from the list once all is taken', async ({
  page,
  standIn,
}) => {
  alone(standIn);
  await open(page, standIn);
  const todo = page.locator('nav.nav').getByRole('button', { name: 'À traiter 2' });
  await todo.click();
  await expect(todo).toHaveAttribute('aria-current', 'page');
  await expect(page.getByRole('tab', { name: 'À traiter 2' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.row')).toHaveCount(2);
  await take(page, 0).click();
  await expect(row(page, 0), 'a taken row stays under the finger').toContainText('Vous, en attente');
  await expect(page.locator('.row')).toHaveCount(2);
  await take(page, 1).click();
  await expect(page.locator('.list-box .empty')).toContainText('Tout est pris en charge');
  await expect(page.locator('.list-box .empty')).toContainText('Dernière prise en charge\u00a0: Vous, 12:07.');
});

test('a press begun on one order takes no other that comes in its place', async ({ page, standIn }) => {
  alone(standIn);
  await open(page, standIn);
  const [first] = standIn.details;
  if (!first) throw new Error('the shop has orders');
  await take(page, 0).hover();
  await page.mouse.down();
  const newest = { ...first, row: 99, id: 'n_newest', title: 'Nouvelle commande ORD-46' };
  standIn.details = [newest, ...standIn.details];
  standIn.emit({ event: 'arrived', rows: [newest], count: 1 });
  await expect(row(page, 0)).toContainText('ORD-46');
  await expect(take(page, 1), 'the focus stays with its order').toBeFocused();
  await page.mouse.up();
  await take(page, 1).click();
  await expect(row(page, 1)).toContainText('Vous, en attente');
  expect(sent(standIn, 'take')).toEqual([{ do: 'take', id: first.id, by: null }]);
});

test('a list that cannot be read does not show another one’s rows, and is asked for again', async ({
  page,
  standIn,
}) => {
  await open(page, standIn);
  standIn.fault = { code: 'storage', message: 'disk full' };
  await page.getByRole('tab', { name: /Non lues/ }).click();
  const failed = page.locator('.list-box').getByRole('alert');
  await expect(failed).toContainText('La liste n’a pas pu être lue');
  await expect(page.locator('.row')).toHaveCount(0);
  standIn.fault = null;
  await failed.getByRole('button', { name: 'Réessayer' }).click();
  await expect(page.locator('.row')).toHaveCount(3);

  standIn.fault = { code: 'storage', message: 'disk full' };
  standIn.emit({ event: 'removed', count: 1 });
  await expect(failed, 'over rows that may be old').toContainText('La liste n’a pas pu être lue');
  await expect(page.locator('.row')).toHaveCount(3);
  standIn.fault = null;
  await failed.getByRole('button', { name: 'Réessayer' }).click();
  await expect(failed).toHaveCount(0);
});

test('what the keys once brought into view draws nobody back there', async ({ page, standIn }) => {
  await page.setViewportSize({ width: 1100, height: 420 });
  await open(page, standIn);
  await page.keyboard.press('j');
  await expect(row(page, 0)).toBeFocused();
  await page.keyboard.press('/');
  await page.keyboard.type('zzz');
  await expect(page.locator('.list-box .empty')).toBeVisible();
  const search = page.locator('#search');
  await search.fill('');
  await expect(row(page, 0)).toBeVisible();
  await expect(search).toBeFocused();

  const list = page.locator('#list');
  await list.evaluate((box) => box.scrollTo(0, 300));
  await expect.poll(() => list.evaluate((box) => box.scrollTop)).toBe(300);
  await page
    .locator('nav.nav')
    .getByRole('button', { name: /^Réglages/ })
    .click();
  await page
    .locator('nav.nav')
    .getByRole('button', { name: /^Notifications/ })
    .click();
  await expect(row(page, 5)).toBeVisible();
  expect(await list.evaluate((box) => box.scrollTop)).toBe(300);
});

test('only where somebody is expected can something be taken', async ({ page, standIn }) => {
  await open(page, standIn);
  await expect(take(page, 0)).toBeVisible();
  await expect(take(page, 2), 'Alice has it').toHaveCount(0);
  await expect(take(page, 3), '#devops expects nobody').toHaveCount(0);
  await row(page, 3).click();
  await expect(page.locator('.detail h1')).toHaveText('Imprimante du bar hors ligne');
  await expect(page.locator('.ackbar')).toHaveCount(0);
  await page.keyboard.press('e');
  await expect(page.locator('.notice')).toContainText('Ce canal n’attend pas de prise en charge.');
  expect(sent(standIn, 'take')).toEqual([]);
});

test('how long it has waited is said, and goes on', async ({ page, standIn }) => {
  standIn.details = standIn.details.map((one) => ({ ...one, at: one.at - 420_000 }));
  await open(page, standIn);
  await row(page, 0).click();
  await expect(page.locator('.ackbar')).toContainText('En attente depuis 8\u00a0min');
});

test('on a computer of several people it is asked who', async ({ page, standIn }) => {
  await page.clock.install({ time: noon() });
  await open(page, standIn);
  await row(page, 0).click();
  await expect(page.locator('.ackbar')).toBeVisible();
  await page.keyboard.press('e');
  const who = page.getByRole('dialog', { name: 'Qui s’en charge\u202f?' });
  await expect(who).toContainText('ORD-42 attend depuis 8 min');
  await expect(who.getByRole('button')).toHaveText([/Comptoir/, /Alice/, /Bruno/, /Chloé/, 'Annuler']);
  await page.keyboard.press('4');
  await expect(who).toHaveCount(0);
  expect(sent(standIn, 'take')).toEqual([{ do: 'take', id: standIn.details[0]?.id, by: 'Chloé' }]);
  await expect(page.locator('.notice')).toContainText('Prise en charge demandée pour Chloé.');
  await expect(row(page, 0)).toContainText('Chloé, en attente');

  await take(page, 1).click();
  await expect(who).toBeVisible();
  await page.clock.fastForward(500);
  await who.getByRole('button', { name: /Comptoir/ }).click();
  expect(sent(standIn, 'take').at(-1)).toMatchObject({ by: null });
  await expect(row(page, 1)).toContainText('Vous, en attente');
});

test('neither a second tap nor a key still held answers who takes it', async ({ page, standIn }) => {
  await open(page, standIn);
  const who = page.getByRole('dialog', { name: 'Qui s’en charge\u202f?' });
  await take(page, 0).click();
  const alice = await who.getByRole('button', { name: /Alice/ }).boundingBox();
  if (!alice) throw new Error('the name is in view');
  await page.keyboard.press('Escape');
  await take(page, 0).click();
  await page.mouse.click(alice.x + 10, alice.y + 10);
  await expect(who).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(who).toHaveCount(0);

  await row(page, 0).click();
  await page.getByRole('button', { name: 'Prendre en charge' }).focus();
  await page.keyboard.down('Enter');
  await expect(who).toBeVisible();
  await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await expect(who).toBeVisible();
  await page.keyboard.press('Control+2');
  expect(sent(standIn, 'take')).toEqual([]);
  // As a French keyboard sends it.
  await page.evaluate(() =>
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'é', code: 'Digit2', bubbles: true })),
  );
  await expect(who).toHaveCount(0);
  expect(sent(standIn, 'take')).toMatchObject([{ by: 'Alice' }]);
});

test('a second Enter does not answer who takes it, a later one does', async ({ page, standIn }) => {
  await page.clock.install({ time: noon() });
  await open(page, standIn);
  await page.clock.pauseAt(noon() + 60_000);
  const who = page.getByRole('dialog', { name: 'Qui s’en charge\u202f?' });
  await take(page, 0).focus();
  await page.keyboard.press('Enter');
  await expect(who.getByRole('button', { name: /Comptoir/ })).toBeFocused();
  await page.clock.runFor(499);
  await page.keyboard.press('Enter');
  await expect(who).toBeVisible();
  expect(sent(standIn, 'take')).toEqual([]);
  await page.clock.runFor(1);
  await page.keyboard.press('Enter');
  await expect(who).toHaveCount(0);
  expect(sent(standIn, 'take')).toMatchObject([{ by: null }]);
});

test('whoever goes through the names with Tab is still asked', async ({ page, standIn }) => {
  await page.clock.install({ time: noon() });
  await open(page, standIn);
  await page.clock.pauseAt(noon() + 60_000);
  await take(page, 0).click();
  const who = page.getByRole('dialog', { name: 'Qui s’en charge\u202f?' });
  for (const name of [/Alice/, /Bruno/, /Chloé/]) {
    await page.clock.runFor(7000);
    await page.keyboard.press('Tab');
    await expect(who.getByRole('button', { name })).toBeFocused();
  }
  await page.clock.runFor(8000);
  await expect(who).toHaveCount(0);
});

test('once it is said who takes it, the focus is where it was', async ({ page, standIn }) => {
  await open(page, standIn);
  await row(page, 0).click();
  await page.keyboard.press('e');
  const who = page.getByRole('dialog', { name: 'Qui s’en charge\u202f?' });
  await expect(who).toBeVisible();
  await page.keyboard.press('4');
  await expect(who).toHaveCount(0);
  await expect(row(page, 0)).toBeFocused();
});

test('a row that waits says so to whoever hears it', async ({ page, standIn }) => {
  await open(page, standIn);
  await expect(row(page, 0)).toHaveAccessibleName(/ORD-42 attend depuis 8 min.*À traiter$/);
  await expect(row(page, 2), 'Alice has it').not.toHaveAccessibleName(/À traiter/);
});

test('of what an outage held back nothing to do does not mean that all is taken', async ({ page, standIn }) => {
  standIn.snapshot = { ...standIn.snapshot, catchUp: { count: 1, from: noon(), to: noon(), newest: 'n_1' } };
  await open(page, standIn);
  await page.getByRole('button', { name: 'Les voir' }).click();
  await page.getByRole('tab', { name: /^À traiter/ }).click();
  await expect(page.locator('.list-box .empty')).toContainText('Rien ne correspond à ces filtres.');
});

test('a take asked for without a hub is said to be known here only', async ({ page, standIn }) => {
  alone(standIn);
  standIn.snapshot = { ...standIn.snapshot, link: { state: 'offline', since: noon(), nextAt: noon() + 7000 } };
  await open(page, standIn);
  await take(page, 0).click();
  await expect(page.locator('.notice')).toContainText('Les autres le verront au retour du hub.');
});

test('whoever says nothing takes nothing', async ({ page, standIn }) => {
  await page.clock.install({ time: noon() });
  await open(page, standIn);
  await take(page, 0).click();
  const who = page.getByRole('dialog');
  await expect(who).toBeVisible();
  await page.clock.fastForward(8000);
  await expect(who).toHaveCount(0);
  await take(page, 0).click();
  await page.keyboard.press('Escape');
  await expect(who).toHaveCount(0);
  expect(sent(standIn, 'take')).toEqual([]);
});

test.describe('in one pane', () => {
  test.use({ viewport: { width: 420, height: 720 } });

  test('a row that waits shows two lines of its message, clear of its button', async ({ page, standIn }) => {
    const long = 'Table 7, trois burgers maison sans oignons, une grande frite, deux jus de bissap bien frais. ';
    standIn.details = standIn.details.map((one) => ({ ...one, message: long.repeat(3) }));
    for (const textSize of ['normal', 'larger'] as const) {
      standIn.snapshot = { ...standIn.snapshot, settings: { ...standIn.snapshot.settings, textSize } };
      await open(page, standIn);
      const message = row(page, 0).locator('.r2');
      const lines = await message.evaluate((one) => one.clientHeight / parseFloat(getComputedStyle(one).lineHeight));
      expect(Math.round(lines)).toBe(2);
      const [text, button] = await Promise.all([message.boundingBox(), take(page, 0).boundingBox()]);
      expect((text?.y ?? 0) + (text?.height ?? 0)).toBeLessThanOrEqual((button?.y ?? 0) + 1);
      expect(button?.height).toBeGreaterThanOrEqual(44);
      const bar = await page.locator('.bb span').first().boundingBox();
      expect(bar?.x, 'its name keeps off the edge').toBeGreaterThan(1);
    }
  });

  test('the main action is in reach of the thumb, and a double press does not give it back', async ({
    page,
    standIn,
  }) => {
    alone(standIn);
    await open(page, standIn);
    await row(page, 0).click();
    const bar = page.locator('.thumbbar');
    const button = bar.getByRole('button', { name: 'Prendre en charge' });
    const box = await button.boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(44);
    await expect(page.locator('.bottombar')).toBeHidden();
    await button.dblclick();
    await expect(bar.getByRole('button', { name: 'Rendre' })).toBeVisible();
    expect(sent(standIn, 'release')).toEqual([]);
    await bar.getByRole('button', { name: 'Écrire sur ce canal' }).click();
    await expect(page.locator('#send-channel')).toHaveValue('cuisine');
  });

  test('search leaves the detail for the field', async ({ page, standIn }) => {
    await open(page, standIn);
    await row(page, 0).click();
    await expect(page.locator('.detail')).toBeVisible();
    await page.keyboard.press('/');
    await expect(page.locator('#search')).toBeFocused();
  });
});
