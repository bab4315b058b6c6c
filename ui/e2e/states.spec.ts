import { expect, test } from './browser';
import { HUB_ON } from './hub-shop';
import { noon, shopOutbox, shopSnapshot } from './shop';

test.use({ viewport: { width: 1100, height: 720 } });

/** One person only: nobody is asked who takes something. */
const ALONE = { ...shopSnapshot().settings, people: [] };

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

test('a station that did not answer at first is said, and asked again', async ({ page, standIn }) => {
  standIn.fault = { code: 'storage', message: 'disk full' };
  await page.goto(standIn.url);
  await expect(page.getByRole('alert')).toContainText('Station injoignable');
  standIn.fault = null;
  await expect(page.locator('[data-index="0"]')).toBeVisible();
  await expect(page.getByText('Station injoignable')).toHaveCount(0);
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

async function writeSend(page: import('@playwright/test').Page): Promise<void> {
  await nav(page, /^Envoyer/).click();
  await page.locator('#send-title').fill('Rupture de poulet');
  await page.locator('#send-message').fill('Proposer le poisson.');
  await page.locator('.formbar .primary').click();
}

for (const [code, words] of [
  ['outbox_full', 'Trop d’actions attendent déjà le hub.'],
  ['storage', 'Le disque de ce poste a refusé.'],
] as const) {
  test(`a send that ends ${code} is said in words, and keeps the draft`, async ({ page, standIn }) => {
    await page.goto(standIn.url);
    await page.locator('[data-index="0"]').waitFor();
    standIn.fault = { code, message: 'for the developer' };
    await writeSend(page);
    await expect(page.getByRole('alert')).toContainText(words);
    await expect(page.getByRole('alert')).toContainText('Votre texte est conservé.');
    await expect(page.locator('#send-title')).toHaveValue('Rupture de poulet');
  });
}

test('what is sent without a hub waits, in view, until the hub has it', async ({ page, standIn }) => {
  standIn.snapshot = shopSnapshot({ link: { state: 'offline', nextAt: noon(), since: noon() } });
  standIn.sendReply = { outcome: 'queued', number: 7 };
  await page.goto(standIn.url);
  await writeSend(page);
  await expect(page.locator('.form').getByRole('status')).toHaveText('En attente\u00a0: envoyée dès le retour du hub.');
  await expect(page.locator('#send-title'), 'the text is safe').toHaveValue('');
  const draft = {
    number: 7,
    channel: null,
    type: 'info' as const,
    title: 'Rupture de poulet',
    at: noon(),
    refused: [],
  };
  standIn.change({ outbox: { count: 1, drafts: [draft] } });
  await expect(page.getByRole('listitem').filter({ hasText: 'Rupture de poulet' })).toContainText('depuis');
  await expect(nav(page, 'Envoyer 1 en attente')).toBeVisible();
  await nav(page, /^Notifications/).click();
  await expect(page.locator('.banner')).toContainText('1 action en attente partira dès le retour du hub.');

  await nav(page, /^Envoyer/).click();
  standIn.change({ link: { state: 'connected', since: noon() }, outbox: { count: 0, drafts: [] } });
  await expect(page.locator('.form').getByRole('status')).toHaveText('Envoyée');
  await expect(page.locator('.qrow')).toHaveCount(0);
});

test('a send that waits is taken back into the form, but not over another text', async ({ page, standIn }) => {
  standIn.snapshot = shopSnapshot({ outbox: shopOutbox() });
  await page.goto(standIn.url);
  await nav(page, /^Envoyer/).click();
  await page.locator('#send-message').fill('autre chose');
  const edit = page.getByRole('button', { name: 'Modifier Rupture de poulet braisé' });
  await edit.click();
  await expect(page.locator('.notice')).toContainText('Envoyez ou effacez d’abord le texte en cours.');
  await expect(page.locator('#send-message')).toHaveValue('autre chose');
  await page.getByRole('button', { name: 'Effacer le brouillon' }).click();
  await edit.click();
  await expect(page.locator('#send-title')).toHaveValue('Rupture de poulet braisé');
  await expect(page.locator('#send-title')).toBeFocused();
  await expect(page.locator('#send-channel')).toHaveValue('cuisine');
  await expect(edit).toHaveCount(0);
});

test('a send that has gone meanwhile cannot be withdrawn, and that is said', async ({ page, standIn }) => {
  standIn.snapshot = shopSnapshot({ outbox: shopOutbox() });
  await page.goto(standIn.url);
  await nav(page, /^Envoyer/).click();
  standIn.fault = { code: 'already_sent', message: 'for the developer' };
  await page.getByRole('button', { name: 'Retirer Rupture de poulet braisé' }).click();
  await expect(page.locator('.notice')).toContainText('Elle est déjà partie');
});

test('a withdrawn send can be put back', async ({ page, standIn }) => {
  standIn.snapshot = shopSnapshot({ outbox: shopOutbox() });
  await page.goto(standIn.url);
  await nav(page, /^Envoyer/).click();
  await page.getByRole('button', { name: 'Retirer Livraison de légumes à 14 h' }).click();
  await expect(page.locator('.qrow')).toHaveCount(2);
  await expect(page.locator('#send-queue'), 'the focus is not lost with the line').toBeFocused();
  await page.locator('.notice').getByRole('button', { name: 'Annuler' }).click();
  await expect
    .poll(() => standIn.received.filter((command) => command.do === 'send'))
    .toMatchObject([{ draft: { title: 'Livraison de légumes à 14 h' } }]);
});

test('a refusal that comes when the hub is back is said, with its words', async ({ page, standIn }) => {
  const [draft] = shopOutbox().drafts;
  if (!draft) throw new Error('the shop has drafts');
  standIn.snapshot = shopSnapshot({ outbox: { count: 1, drafts: [draft] } });
  await page.goto(standIn.url);
  await page.locator('[data-index="0"]').waitFor();
  standIn.change({ outbox: { count: 1, drafts: [{ ...draft, refused: ['Canal fermé'] }] } });
  const notice = page.locator('.notice');
  await expect(notice).toContainText('Une notification qui attendait est à vérifier.');
  await notice.getByRole('button', { name: 'Voir' }).click();
  await expect(page.locator('.qrow')).toContainText('Canal fermé');
  await page.getByRole('button', { name: 'Modifier Rupture de poulet braisé' }).click();
  await expect(page.getByRole('alert')).toContainText('Canal fermé');
});

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
    hostedHub: HUB_ON,
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
  await expect(page.getByRole('switch', { name: 'Raccourcis à une touche' })).toBeVisible();
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

test('what was missed is summed up, shown on its own, and there is a way back', async ({ page, standIn }) => {
  standIn.snapshot = shopSnapshot({ catchUp: { count: 1, from: noon() - 720_000, to: noon() - 240_000, newest: 'n' } });
  await page.goto(standIn.url);
  const banner = page.locator('.banner.good');
  await expect(banner).toContainText('1 notification manquée récupérée');
  await expect(banner).toContainText('Reçues entre 11:55 et 12:03.');
  await expect(page.locator('[aria-live]'), 'said once').toHaveText('1 notification manquée récupérée');
  await banner.getByRole('button', { name: 'Les voir' }).click();
  await expect(page.locator('.row')).toHaveCount(1);
  await expect(page.locator('.row')).toContainText('Rattrapée');
  await page.getByRole('button', { name: 'Rattrapées Effacer les filtres' }).click();
  await expect(page.locator('.row')).toHaveCount(standIn.details.length);
  await banner.getByRole('button', { name: 'Fermer' }).click();
  await expect(banner).toBeHidden();
  await expect(page.locator('#list'), 'the focus is not lost with the banner').toBeFocused();
});

test('taking charge is said to wait until the hub agrees, and can be undone', async ({ page, standIn }) => {
  standIn.snapshot = shopSnapshot({ settings: ALONE });
  await page.goto(standIn.url);
  await page.locator('[data-index="0"]').click();
  const id = standIn.details[0]?.id ?? '';
  const bar = page.locator('.ackbar');
  await expect(bar).toContainText('Personne ne s’en charge');
  await bar.getByRole('button', { name: 'Prendre en charge' }).click();
  await expect(bar).toContainText('Envoi au hub…');
  await expect(page.locator('[data-index="0"] .ackd')).toHaveText('Vous, en attente');
  await expect(bar, 'the focus is not lost with the button').toBeFocused();
  standIn.hold(id, { by: 'Comptoir', device: null, at: Date.now(), mine: true, queued: false });
  await expect(bar).toContainText(/Pris en charge par vous, \d\d:\d\d/);
  await expect(page.locator('[data-index="0"]')).toHaveAttribute('aria-label', /Pris en charge par vous/);
  await page.locator('.notice').getByRole('button', { name: 'Annuler' }).click();
  await expect(bar).toContainText('Personne ne s’en charge');
  await expect(page.locator('[data-index="0"] .ackd')).toHaveCount(0);
});

test('without a hub, what is taken is taken here only, and that is said', async ({ page, standIn }) => {
  const link = { state: 'offline', nextAt: noon(), since: noon() } as const;
  standIn.snapshot = shopSnapshot({ link, settings: ALONE });
  await page.goto(standIn.url);
  await page.locator('[data-index="0"]').waitFor();
  await page.keyboard.press('j');
  await expect(page.locator('.ackbar')).toBeVisible();
  await page.keyboard.press('e');
  await expect(page.locator('.ackbar')).toContainText('Pris en charge ici. Les autres le verront au retour du hub.');
  // Back, and somebody else was first: the hub's holder wins.
  const id = standIn.details[0]?.id ?? '';
  standIn.hold(id, { by: 'Alice', device: 'Cuisine', at: Date.now(), mine: false, queued: false });
  await expect(page.locator('.ackbar')).toContainText('Déjà pris en charge par Alice');
  await expect(page.locator('.notice')).toContainText('Déjà pris en charge par Alice');
});

test('the key for taking charge says who has it already', async ({ page, standIn }) => {
  await page.goto(standIn.url);
  await page.locator('[data-index="2"]').click();
  await expect(page.locator('.ackbar')).toContainText('Pris en charge par Alice, 12:04');
  await page.keyboard.press('e');
  await expect(page.locator('.notice')).toContainText('Pris en charge par Alice, 12:04');
  expect(standIn.received.some((command) => command.do === 'take')).toBe(false);
});

test('what came too late is tagged, and its detail says why', async ({ page, standIn }) => {
  await page.goto(standIn.url);
  const late = page.locator('[data-index="5"]');
  await expect(late).toContainText('Expirée');
  await expect(late).toHaveAttribute('aria-label', /Expirée/);
  await late.click();
  await expect(page.locator('.detail')).toContainText('Le délai fixé par l’émetteur était déjà passé');
});

test('keeping less asks first, keeping more does not', async ({ page, standIn }) => {
  const changes = () => standIn.received.filter((command) => command.do === 'changeSettings');
  await page.goto(standIn.url);
  await nav(page, /^Réglages/).click();
  const days = page.getByLabel(/Conserver pendant/);
  await expect(page.locator('.pr', { has: days })).toContainText('9 notifications sur ce poste, 3,1\u00a0Mo');
  await days.selectOption({ label: '30 jours' });
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Ne conserver que 30 jours\u202f? Les notifications plus anciennes');
  await page.keyboard.press('Escape');
  await expect(days, 'nothing was changed').toHaveValue('90');
  expect(changes()).toEqual([]);

  await days.selectOption({ label: '30 jours' });
  await dialog.getByRole('button', { name: 'Effacer les plus anciennes' }).click();
  await expect(days).toHaveValue('30');
  await days.selectOption({ label: '365 jours' });
  await expect(days).toHaveValue('365');
  expect(changes()).toEqual([
    { do: 'changeSettings', change: { keepDays: 30 } },
    { do: 'changeSettings', change: { keepDays: 365 } },
  ]);
});
