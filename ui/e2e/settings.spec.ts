import type { Page } from '@playwright/test';
import type { Command } from '../src/host/host';
import { expect, expectAccessible, test } from './browser';
import { HUB_ON } from './hub-shop';
import { noon, shopSnapshot } from './shop';
import type { StandIn } from './stand-in';

test.use({ viewport: { width: 1100, height: 720 } });

const place = (page: Page, name: string | RegExp) => page.locator('nav.nav').getByRole('button', { name });
const pane = (page: Page) => page.getByRole('region', { name: 'Préférences du canal' });

async function channels(page: Page, standIn: StandIn): Promise<void> {
  await page.goto(standIn.url);
  await place(page, 'Gérer les canaux').click();
}

async function settings(page: Page, standIn: StandIn): Promise<void> {
  await page.goto(standIn.url);
  await place(page, /^Réglages/).click();
}

/** The commands of one kind that the station was given. */
function asked<D extends Command['do']>(standIn: StandIn, what: D): Extract<Command, { do: D }>[] {
  return standIn.received.filter((command): command is Extract<Command, { do: D }> => command.do === what);
}

const lastPreferences = (standIn: StandIn) => asked(standIn, 'changeSettings').at(-1)?.change.preferences;

test('a channel’s preferences are sent whole, and only what makes sense is offered', async ({ page, standIn }) => {
  await channels(page, standIn);
  await page.locator('.open', { hasText: 'cuisine' }).click();
  await expect(pane(page).getByRole('heading', { level: 1 })).toHaveText('# cuisine');

  await pane(page).getByRole('switch', { name: 'Afficher une bulle' }).click();
  await expect(pane(page).getByRole('switch', { name: 'Afficher une bulle' })).not.toBeChecked();
  const before = shopSnapshot().standard.channel;
  expect(lastPreferences(standIn)).toEqual({ cuisine: { ...before, popup: false } });
  await expect(page.locator('.crow', { hasText: 'cuisine' })).toContainText('Bulles coupées');

  await pane(page).getByRole('combobox', { name: 'Intervalle' }).selectOption({ label: '30\u00a0s' });
  await expect.poll(() => lastPreferences(standIn)?.['cuisine']?.ringEvery).toBe(30);
  await pane(page).getByRole('checkbox', { name: 'Info' }).click();
  await expect.poll(() => lastPreferences(standIn)?.['cuisine']?.types).toEqual(['success', 'warning', 'error']);

  // Nobody has to take it: nothing to ring for, and nothing that grows old on the wall.
  await pane(page).getByRole('switch', { name: 'Quelqu’un doit s’en charger' }).click();
  await expect(pane(page).getByRole('switch', { name: /^Répéter/ })).toHaveCount(0);
  await expect(pane(page).getByRole('combobox', { name: 'En retard après' })).toHaveCount(0);
});

test('an order is never late before it is to be watched', async ({ page, standIn }) => {
  await channels(page, standIn);
  await page.locator('.open', { hasText: 'cuisine' }).click();
  const late = pane(page).getByRole('combobox', { name: 'En retard après' });
  await expect(late).toHaveValue('10');
  await pane(page).getByRole('combobox', { name: 'À surveiller après' }).selectOption('15');
  await expect(late).toHaveValue('20');
  await expect(late.locator('option').first()).toHaveText('20\u00a0min');
});

test('broadcasts have preferences too, and hours of their own', async ({ page, standIn }) => {
  await channels(page, standIn);
  await page.locator('.open', { hasText: 'À tous' }).click();
  await pane(page)
    .getByRole('combobox', { name: 'Couper bulles et son' })
    .selectOption({ label: 'À ses propres heures' });
  await pane(page).getByRole('combobox', { name: 'Heures calmes, De' }).selectOption({ label: '23:00' });
  await pane(page).getByRole('switch', { name: 'Laisser passer les erreurs' }).click();
  await expect
    .poll(() => lastPreferences(standIn)?.['']?.quiet)
    .toEqual({ when: 'own', span: { from: 23 * 60, to: 9 * 60 }, errorsPierce: true });
});

test('a sound is heard before it is chosen, and none to be heard is said', async ({ page, standIn }) => {
  await channels(page, standIn);
  await pane(page).getByRole('combobox', { name: 'Son', exact: true }).selectOption({ label: 'Marimba' });
  await pane(page).getByRole('button', { name: 'Écouter' }).click();
  await expect.poll(() => asked(standIn, 'testSound')).toEqual([{ do: 'testSound', sound: 'marimba' }]);
  standIn.change({ sound: 'no_device' });
  await expect(pane(page).locator('.trouble')).toContainText('Aucune sortie audio. Branchez un haut-parleur');
});

test('what could not be saved is said, and the control shows what is set', async ({ page, standIn }) => {
  await channels(page, standIn);
  standIn.fault = { code: 'storage', message: 'disk full' };
  const sound = pane(page).getByRole('combobox', { name: 'Son', exact: true });
  await sound.selectOption({ label: 'Marimba' });
  await expect(page.locator('.notice')).toContainText('Le disque de ce poste a refusé.');
  await expect(sound).toHaveValue('bell');
  const popup = pane(page).getByRole('switch', { name: 'Afficher une bulle' });
  await popup.click();
  await expect(popup).toBeChecked();
});

test('a channel is left only after its consequence was read', async ({ page, standIn }) => {
  await channels(page, standIn);
  await pane(page).getByRole('button', { name: 'Quitter' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Vous ne recevrez plus ses notifications sur ce poste.');
  await dialog.getByRole('button', { name: 'Continuer à suivre' }).click();
  expect(asked(standIn, 'leaveChannel')).toEqual([]);
  await pane(page).getByRole('button', { name: 'Quitter' }).click();
  await dialog.getByRole('button', { name: 'Quitter' }).click();
  await expect.poll(() => asked(standIn, 'leaveChannel')).toEqual([{ do: 'leaveChannel', name: 'commandes' }]);
  await expect(page.getByRole('textbox', { name: 'Trouver un canal' }), 'its buttons go with it').toBeFocused();
});

test('channels are found as one types, and one that nobody is in yet can be joined', async ({ page, standIn }) => {
  await channels(page, standIn);
  await page.getByRole('textbox', { name: 'Trouver un canal' }).fill('CUI');
  await expect(page.locator('.crow b')).toHaveText(['CUI', 'cuisine']);
  await page.getByRole('textbox', { name: 'Trouver un canal' }).fill('terrasse');
  await page.getByRole('button', { name: 'Rejoindre #terrasse' }).click();
  await expect.poll(() => asked(standIn, 'joinChannel')).toEqual([{ do: 'joinChannel', name: 'terrasse' }]);
});

test('Enter joins the channel that is named, and nothing for a piece of a name', async ({ page, standIn }) => {
  await channels(page, standIn);
  const find = page.getByRole('textbox', { name: 'Trouver un canal' });
  for (const piece of ['cuis', 'Cuisine', 'cuisine']) {
    await find.fill(piece);
    await find.press('Enter');
  }
  await find.fill('livr');
  await expect(page.getByRole('button', { name: 'Rejoindre #livr', exact: true })).not.toHaveClass(/primary/);
  await find.press('Enter');
  await find.fill('livraison');
  await find.press('Enter');
  await find.fill('terrasse');
  await expect(page.getByRole('button', { name: 'Rejoindre #terrasse' })).toHaveClass(/primary/);
  await find.press('Enter');
  await expect.poll(() => asked(standIn, 'joinChannel').map(({ name }) => name)).toEqual(['livraison', 'terrasse']);
});

test('in one pane the preferences lie over the list, and Escape goes back to it', async ({ page, standIn }) => {
  await page.setViewportSize({ width: 420, height: 720 });
  await page.goto(standIn.url);
  await page.locator('.bottombar').getByRole('button', { name: 'Canaux' }).click();
  await page.locator('.open', { hasText: 'cuisine' }).click();
  await expect(page.getByRole('button', { name: 'Retour' })).toBeFocused();
  await expect(page.getByRole('textbox', { name: 'Trouver un canal' })).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('textbox', { name: 'Trouver un canal' })).toBeVisible();
  await expect(page.locator('.open', { hasText: 'cuisine' })).toBeFocused();
});

test('do not disturb is switched on for as long as was chosen, and says until when', async ({ page, standIn }) => {
  await page.clock.setFixedTime(noon());
  await settings(page, standIn);
  const dnd = page.getByRole('switch', { name: 'Ne pas déranger' });
  await page.getByRole('combobox', { name: 'Durée' }).selectOption({ label: 'Jusqu’à la fin du service' });
  expect(asked(standIn, 'doNotDisturb'), 'a duration alone switches nothing on').toEqual([]);
  await dnd.click();
  await expect(dnd).toBeChecked();
  await expect(page.locator('.pr', { has: dnd })).toContainText('Ni bulle ni son jusqu’à');
  await expect(page.getByRole('combobox', { name: 'Durée' }).locator('option:checked')).toHaveText(
    /^Jusqu’à \d\d:\d\d$/,
  );
  await page.getByRole('combobox', { name: 'Durée' }).selectOption({ label: 'Jusqu’à nouvel ordre' });
  await dnd.click();
  await expect(dnd).not.toBeChecked();
  expect(asked(standIn, 'doNotDisturb').map(({ choice }) => choice)).toEqual(['service', 'manual', 'off']);
});

test('quiet hours have their day, and are copied to all days', async ({ page, standIn }) => {
  await settings(page, standIn);
  await page.getByRole('switch', { name: 'Lundi' }).click();
  await page.getByRole('combobox', { name: 'Lundi, à' }).selectOption({ label: '08:30' });
  await page.getByRole('button', { name: 'Copier sur tous les jours (Lundi)' }).click();
  const span = { from: 22 * 60 + 30, to: 8 * 60 + 30 };
  await expect
    .poll(() => asked(standIn, 'changeSettings').at(-1)?.change.quietHours?.days)
    .toEqual(Array.from({ length: 7 }, () => span));
  await page.getByRole('switch', { name: 'Dimanche' }).click();
  await expect.poll(() => asked(standIn, 'changeSettings').at(-1)?.change.quietHours?.days[6]).toBeNull();
});

test('hours that could not be saved are not said to be on all days', async ({ page, standIn }) => {
  await settings(page, standIn);
  await page.getByRole('switch', { name: 'Lundi' }).click();
  standIn.fault = { code: 'storage', message: 'disk full' };
  await page.getByRole('button', { name: 'Copier sur tous les jours (Lundi)' }).click();
  await expect(page.locator('.notice')).toContainText('Le disque de ce poste a refusé.');
});

test('people of this computer are added once and removed', async ({ page, standIn }) => {
  await settings(page, standIn);
  await page.getByRole('button', { name: 'Modifier les personnes' }).click();
  const name = page.getByLabel('Ajouter une personne');
  await name.fill('alice');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('Cette personne est déjà dans la liste.');
  await name.fill('Djibril');
  await page.keyboard.press('Enter');
  await expect(name).toHaveValue('');
  await name.fill('Emma');
  const add = page.getByRole('button', { name: 'Ajouter', exact: true });
  await add.click();
  await expect(name).toHaveValue('');
  await expect(add).toBeFocused();
  await page.getByRole('button', { name: 'Retirer Bruno' }).click();
  await expect(page.getByRole('button', { name: 'Modifier les personnes' }), 'the focus is not lost').toBeFocused();
  await expect
    .poll(() => asked(standIn, 'changeSettings').at(-1)?.change.people)
    .toEqual(['Alice', 'Chloé', 'Djibril', 'Emma']);
});

test('a name typed while the one before is being saved is not taken for it', async ({ page, standIn }) => {
  await settings(page, standIn);
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/station/command', async (route) => {
    if (route.request().postData()?.includes('"volume"')) await held;
    await route.continue();
  });
  await page.getByRole('slider', { name: 'Volume' }).press('ArrowLeft');
  await page.getByRole('button', { name: 'Modifier les personnes' }).click();
  const name = page.getByLabel('Ajouter une personne');
  await name.fill('Djibril');
  await name.press('Enter');
  await name.fill('Emma');
  release();
  await expect
    .poll(() => asked(standIn, 'changeSettings').at(-1)?.change.people)
    .toEqual(['Alice', 'Bruno', 'Chloé', 'Djibril']);
  await expect(page.getByRole('button', { name: 'Retirer Djibril' })).toBeVisible();
  await expect(name).toHaveValue('Emma');
});

test('the volume is set when the slider is let go', async ({ page, standIn }) => {
  await settings(page, standIn);
  const volume = page.getByRole('slider', { name: 'Volume' });
  await volume.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(volume).toHaveAttribute('aria-valuetext', '65\u00a0%');
  await expect.poll(() => asked(standIn, 'changeSettings')).toEqual([{ do: 'changeSettings', change: { volume: 65 } }]);
  standIn.fault = { code: 'storage', message: 'disk full' };
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('.notice')).toBeVisible();
  await expect(volume, 'put back').toHaveAttribute('aria-valuetext', '65\u00a0%');
});

test('what comes meanwhile changes nothing that is being typed or slid', async ({ page, standIn }) => {
  await settings(page, standIn);
  const name = page.getByLabel('Nom affiché');
  await name.fill('Comptoir du fond');
  const volume = page.getByRole('slider', { name: 'Volume' });
  // Moved, and not let go yet.
  await volume.evaluate((slider: HTMLInputElement) => {
    slider.value = '30';
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  });
  standIn.change({ unread: 7, settings: { ...standIn.snapshot.settings } });
  await expect(page).toHaveTitle(/^\(7\)/);
  await expect(name).toHaveValue('Comptoir du fond');
  await expect(volume).toHaveValue('30');

  await name.press('Enter');
  await expect(page.locator('.notice')).toContainText('Enregistré');
  standIn.change({ settings: { ...standIn.snapshot.settings, username: 'Bar' } });
  await expect(name, 'once saved it follows the station again').toHaveValue('Bar');
});

test('the history is exported to a place that is named, and erased with its count', async ({ page, standIn }) => {
  await settings(page, standIn);
  await page.getByRole('button', { name: 'Exporter en CSV' }).click();
  await expect(page.getByText('9 notifications exportées dans')).toContainText('chapfood-2026-11-20.csv');
  await page.getByRole('button', { name: 'Effacer…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Effacer 9 notifications de ce poste\u202f?');
  await page.keyboard.press('Escape');
  expect(asked(standIn, 'erase')).toEqual([]);
  await page.getByRole('button', { name: 'Effacer…' }).click();
  await dialog.getByRole('button', { name: 'Tout effacer' }).click();
  await expect(page.locator('.notice')).toContainText('9 notifications effacées de ce poste.');
  standIn.change({ total: 0 });
  const erase = page.getByRole('button', { name: 'Effacer…' });
  await expect(erase).toBeDisabled();
  await expect(erase, 'the focus is not lost').toBeFocused();
});

test('what service needs is tried, each with its remedy, which is tried in turn', async ({ page, standIn }) => {
  await settings(page, standIn);
  await page.getByRole('button', { name: 'Vérifier' }).click();
  const sheet = page.getByRole('dialog', { name: 'Prêt pour le service' });
  const state = sheet.locator('.ready').getByRole('status');
  await expect(state).toHaveText('Vérification en cours…');
  expect(asked(standIn, 'checkReadiness')).toHaveLength(1);

  standIn.change({
    readiness: {
      at: noon(),
      running: false,
      checks: [
        { subject: 'sound', outcome: 'passed', detail: null },
        { subject: 'autostart', outcome: 'warned', detail: null },
        { subject: 'hub', outcome: 'failed', detail: 'connection refused' },
      ],
    },
  });
  await expect(state).toHaveText('2 points à régler');
  await expect(sheet.locator('.check-line').nth(2)).toContainText('connection refused');
  await expectAccessible(page);
  await sheet.getByRole('button', { name: 'Ouvrir au démarrage' }).click();
  await expect(sheet.getByRole('button', { name: 'Vérifier à nouveau' }), 'its own button goes').toBeFocused();
  await expect.poll(() => asked(standIn, 'changeSettings').at(-1)?.change).toEqual({ autostart: true });
  await expect.poll(() => asked(standIn, 'checkReadiness').length, 'and tried again').toBe(2);

  standIn.change({
    readiness: { at: noon(), running: false, checks: [{ subject: 'hub', outcome: 'passed', detail: null }] },
  });
  await expect(state).toHaveText('Tout est prêt.');
});

test('a check that cannot begin is not shown as running, and a failed remedy is said', async ({ page, standIn }) => {
  await settings(page, standIn);
  standIn.fault = { code: 'storage', message: 'disk full' };
  await page.getByRole('button', { name: 'Vérifier' }).click();
  const notice = page.locator('.notice');
  await expect(notice).toContainText('Le disque de ce poste a refusé.');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await notice.getByRole('button', { name: 'Fermer' }).click();

  standIn.fault = null;
  await page.getByRole('button', { name: 'Vérifier' }).click();
  standIn.change({
    readiness: { at: noon(), running: false, checks: [{ subject: 'autostart', outcome: 'warned', detail: null }] },
  });
  standIn.fault = { code: 'storage', message: 'disk full' };
  await page.getByRole('button', { name: 'Ouvrir au démarrage' }).click();
  await expect(notice).toContainText('Le disque de ce poste a refusé.');
  await notice.getByRole('button', { name: 'Fermer' }).click();
  await expect(notice, 'it can be reached over the sheet').toHaveCount(0);
});

const unset = (standIn: StandIn) => {
  standIn.snapshot = { ...standIn.snapshot, settings: { ...standIn.snapshot.settings, setUp: false } };
};

test('the first start hosts a hub in two clicks, and stays until it runs', async ({ page, standIn }) => {
  unset(standIn);
  await page.goto(standIn.url);
  await page.getByRole('button', { name: 'Héberger un hub' }).click();
  await expect(page.getByLabel('Nom du hub')).toBeFocused();
  await expect(page.getByRole('switch'), 'nobody is let in unasked').not.toBeChecked();
  await page.getByRole('button', { name: 'Démarrer le hub' }).click();
  await expect
    .poll(() => asked(standIn, 'setUp'))
    .toEqual([
      {
        do: 'setUp',
        choice: { how: 'host', port: 8001, hubName: 'Chez Awa', network: false, username: 'Comptoir' },
      },
    ]);
  standIn.change({ hostedHub: { state: 'starting' } });
  await expect(page.getByRole('button', { name: 'Démarrage…' })).toBeVisible();
  standIn.change({ hostedHub: { state: 'failed', reason: 'port_in_use', detail: 'Address already in use' } });
  await expect(page.getByRole('alert')).toContainText('Le port 8001 est déjà utilisé');
  await page.getByLabel('Port').fill('8002');
  await page.getByRole('button', { name: 'Démarrer le hub' }).click();
  await expect.poll(() => asked(standIn, 'setUp').length).toBe(2);
  standIn.change({
    hostedHub: HUB_ON,
  });
  await expect(page.getByRole('heading', { level: 1, name: 'Notifications' })).toBeVisible();
});

test('the first start takes an address, and says under the field what is wrong with it', async ({ page, standIn }) => {
  unset(standIn);
  await page.goto(standIn.url);
  await page.getByRole('button', { name: 'Saisir une adresse' }).click();
  await page.getByRole('tab', { name: 'Adresse' }).click();
  const address = page.getByLabel('Adresse du hub');
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await expect(page.getByRole('alert')).toHaveText('Saisissez l’adresse du hub.');
  await expect(address).toBeFocused();
  standIn.fault = { code: 'invalid_setting', message: 'not an address' };
  await address.fill('chez nous');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Elle ressemble à 192.168.1.20:8001.');
  await expect(address, 'what was typed stays').toHaveValue('chez nous');
  standIn.fault = null;
  await address.fill('192.168.1.20:8001');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Notifications' })).toBeVisible();
});
