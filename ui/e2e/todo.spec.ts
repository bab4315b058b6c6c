import type { Page } from '@playwright/test';
import { expect, test } from './browser';
import { noon } from './shop';
import type { StandIn } from './stand-in';

test.use({ viewport: { width: 1100, height: 720 } });

const row = (page: Page, index: number) => page.locator(`[data-index="${index}"]`);
const take = (page: Page, index: number) =>
  page
    .locator('.slot')
    .nth(index)
    .getByRole('button', { name: /^Je prends/ });
const sent = (standIn: StandIn, what: string) => standIn.received.filter((command) => command.do === what);

async function open(page: Page, standIn: StandIn): Promise<void> {
  await page.goto(standIn.url);
  await expect(row(page, 0)).toBeVisible();
}

/** One person only: nobody is asked who takes something. */
function alone(standIn: StandIn): void {
  standIn.snapshot = { ...standIn.snapshot, settings: { ...standIn.snapshot.settings, people: [] } };
}

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
  await expect(page.locator('.notice')).toContainText('Rien à annuler.');
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
});

test('a developer’s computer opens data as JSON', async ({ page, standIn }) => {
  standIn.snapshot = { ...standIn.snapshot, settings: { ...standIn.snapshot.settings, rawData: true } };
  await open(page, standIn);
  await row(page, 0).click();
  await expect(page.locator('pre.json')).toContainText('"ref": "ORD-42"');
});

test('do not disturb shows until when, and ends with a click', async ({ page, standIn }) => {
  await open(page, standIn);
  await page.keyboard.press('Control+d');
  const quiet = page.locator('.list-pane .quiet');
  await expect(quiet).toHaveAccessibleName('Ne pas déranger jusqu’à 13:07. Ne plus être silencieux');
  await quiet.click();
  await expect(quiet).toHaveCount(0);
  expect(sent(standIn, 'doNotDisturb')).toEqual([
    { do: 'doNotDisturb', choice: 'hour' },
    { do: 'doNotDisturb', choice: 'off' },
  ]);
  standIn.change({ quietUntil: noon() + 7_200_000 });
  await expect(quiet).toContainText('Heures calmes jusqu’à 14:07');
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
