import type { Page } from '@playwright/test';
import type { OfferState } from '../src/host/contract/OfferState';
import { expect, expectAccessible, test } from './browser';
import { sent } from './desk';
import { HUB_ON, HUB_OPEN, shopOffer, shopOverview } from './hub-shop';
import { to } from './look';
import { noon } from './shop';
import type { StandIn } from './stand-in';

test.use({ viewport: { width: 1100, height: 900 } });

const toHub = to(/^Hub$/);
const ASKING: OfferState = { is: 'asking', deviceName: 'Tablette', username: 'Alice', address: '192.168.1.31' };
const dialog = (page: Page) => page.getByRole('dialog');

async function openHub(page: Page, standIn: StandIn, hub: typeof HUB_ON = HUB_OPEN): Promise<void> {
  standIn.snapshot = {
    ...standIn.snapshot,
    hostedHub: hub,
    settings: {
      ...standIn.snapshot.settings,
      hostHub: true,
      hubAddress: HUB_ON.address,
      hubNetwork: hub.network !== null,
    },
  };
  await page.goto(standIn.url);
  await toHub(page);
  await expect(page.locator('.journal')).toBeVisible();
}
const offer = (standIn: StandIn, state: OfferState) =>
  standIn.changeHub({ offer: shopOffer(Date.now() + 600_000, { state }) });

test('a closed hub is opened to the network in one click, and its page stays while it restarts', async ({
  page,
  standIn,
}) => {
  await openHub(page, standIn, HUB_ON);
  await expect(page.getByText('Adresse, depuis cet ordinateur seulement')).toBeVisible();
  const aside = page.locator('.pair');
  await expect(aside).toContainText('Le hub ne sert que cet ordinateur.');
  await aside.getByRole('button', { name: 'Ouvrir aux autres ordinateurs' }).click();
  await expect
    .poll(() => sent(standIn, 'changeSettings'))
    .toEqual([{ do: 'changeSettings', change: { hubNetwork: true } }]);
  standIn.change({ hostedHub: { state: 'stopping' } });
  await expect(page.locator('.head .state').last()).toHaveText('Redémarrage…');
  await expect(page.locator('.tbl').first()).toBeVisible();
  standIn.change({ hostedHub: { state: 'starting' } });
  standIn.change({ hostedHub: HUB_OPEN });
  await expect(page.getByText('192.168.1.20:8002')).toBeVisible();
  await expect(page.getByRole('switch', { name: 'Ouvrir aux autres ordinateurs' })).toBeChecked();
  const plain = page.getByRole('switch', { name: 'Accepter les appareils sans chiffrement' });
  await expect(plain, 'the risk stands beside it').not.toBeChecked();
  await expect(page.getByText('peut être lu et imité par quiconque est sur ce réseau')).toBeVisible();
  await plain.click();
  await expect.poll(() => sent(standIn, 'changeSettings').at(-1)).toMatchObject({ change: { hubPlain: true } });
});

test('a computer is added: code, countdown, another code, and no more', async ({ page, standIn }) => {
  await page.clock.setFixedTime(noon());
  standIn.now = noon;
  await openHub(page, standIn);
  const box = page.locator('.pair');
  await box.getByRole('button', { name: 'Ajouter un poste' }).click();
  await expect(box.locator('.paircode')).toHaveText('483\u202f9204 8 3 9 2 0');
  await expect(box.getByRole('img', { name: 'QR code d’appairage' })).toBeVisible();
  await expect(box).toContainText('Valable encore 10\u00a0min\u00a000\u00a0s');
  await expect(box.getByRole('heading'), 'the focus is not lost with the button').toBeFocused();
  standIn.changeHub({ offer: shopOffer(noon() + 60_000, { triesLeft: 2 }) });
  await expect(box.getByRole('status')).toHaveText('Encore 2 essais');
  await box.getByRole('button', { name: 'Nouveau code' }).click();
  await expect.poll(() => sent(standIn, 'offerPairing').length).toBe(2);
  await box.getByRole('button', { name: 'Ne plus ajouter' }).click();
  await expect(box.getByRole('button', { name: 'Ajouter un poste' })).toBeVisible();
  for (const [why, words] of [
    ['expired', 'Le code a expiré'],
    ['tries', 'Trop de codes faux'],
    ['refused', 'Vous n’avez pas laissé entrer'],
  ] as const) {
    offer(standIn, { is: 'ended', why });
    await expect(box.getByRole('status')).toContainText(words);
  }
});

test('who asks to come in is named over any view, and only a meant click answers', async ({ page, standIn }) => {
  await openHub(page, standIn);
  await to(/^Envoyer/)(page);
  await page.locator('#send-title').focus();
  offer(standIn, ASKING);
  await expect(dialog(page)).toContainText('Tablette');
  await expect(dialog(page)).toContainText('Alice');
  await expect(dialog(page)).toContainText('192.168.1.31');
  await expect(dialog(page)).toContainText('A1:B2:C3:D4:E5:F6:07:18');
  await expect(dialog(page).getByRole('button', { name: 'Refuser' })).toBeFocused();
  // Somebody was typing, and ends the line that they were at.
  await page.keyboard.press('Enter');
  expect(sent(standIn, 'answerPairing')).toEqual([]);
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: 'Laisser entrer' }).click();
  await expect.poll(() => sent(standIn, 'answerPairing')).toEqual([{ do: 'answerPairing', accept: true }]);
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.locator('#send-title'), 'the focus goes back to where it was').toBeFocused();
  offer(standIn, { is: 'accepted', deviceName: 'Tablette' });
  await expect(page.locator('.notice')).toContainText('Poste ajouté\u00a0: Tablette');
});

test('a question put aside stays on the hub’s page', async ({ page, standIn }) => {
  await openHub(page, standIn);
  offer(standIn, ASKING);
  await expect(dialog(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  const box = page.locator('.pair');
  await expect(box).toContainText('Tablette attend votre réponse.');
  await box.getByRole('button', { name: 'Refuser' }).click();
  await expect.poll(() => sent(standIn, 'answerPairing')).toEqual([{ do: 'answerPairing', accept: false }]);
});

test('the question also stands over the screen on the wall', async ({ page, standIn }) => {
  await openHub(page, standIn);
  const { settings } = standIn.snapshot;
  standIn.change({ settings: { ...settings, wall: { ...settings.wall, open: true } } });
  await expect(page.locator('.wall')).toBeVisible();
  offer(standIn, ASKING);
  await expect(dialog(page)).toContainText('Un poste demande à entrer');
});

test('figures that stop are said to be old, and go on by themselves', async ({ page, standIn }) => {
  await openHub(page, standIn);
  await expect(page.locator('.stats')).toContainText('167');
  standIn.fault = { code: 'unsupported', message: 'the hub is off' };
  await expect(page.locator('.hub-top')).toContainText('Chiffres arrêtés à');
  await expect(page.locator('.stats'), 'they stay').toContainText('167');
  standIn.overview = shopOverview({ sentToday: 168 });
  standIn.fault = null;
  await expect(page.locator('.stats')).toContainText('168');
  await expect(page.locator('.hub-top .banner')).toHaveCount(0);
});

test('a token is shown once, and revoked only when that was meant', async ({ page, standIn, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openHub(page, standIn);
  await page.getByRole('button', { name: 'Créer un jeton' }).click();
  await dialog(page).getByRole('button', { name: 'Créer' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('Dites à quoi il sert');
  await expect(page.getByLabel('À quoi il sert')).toBeFocused();
  await page.getByLabel('À quoi il sert').fill('Caisse 2');
  await page.getByLabel('Canaux').fill('#commandes, cuisine*');
  await page.keyboard.press('Enter');
  await expect
    .poll(() => sent(standIn, 'createToken'))
    .toEqual([
      {
        do: 'createToken',
        wish: { label: 'Caisse 2', reads: false, sends: true, channels: ['commandes', 'cuisine*'] },
      },
    ]);
  await expect(dialog(page)).toContainText('il ne sera plus affiché');
  const secret = (await page.locator('.secret').textContent()) ?? '';
  await page.getByRole('button', { name: 'Copier le jeton' }).click();
  await expect(dialog(page).getByRole('status')).toHaveText('Copié');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await page.getByRole('button', { name: 'Terminé' }).click();
  await expect(page.getByText(secret)).toHaveCount(0);
  const revoke = page.getByRole('button', { name: 'Révoquer Caisse 2' });
  await revoke.click();
  await expect(dialog(page)).toContainText('Révoquer le jeton «\u00a0Caisse 2\u00a0»');
  await page.getByRole('button', { name: 'Le garder' }).click();
  expect(sent(standIn, 'revokeToken')).toEqual([]);
  await revoke.click();
  await dialog(page).getByRole('button', { name: 'Révoquer' }).click();
  await expect(revoke).toHaveCount(0);
  expect(sent(standIn, 'revokeToken')).toEqual([{ do: 'revokeToken', id: 5 }]);
});

test('what needs somebody is said on top: unheard channels, and a firewall with its remedy', async ({
  page,
  standIn,
}) => {
  await openHub(page, standIn, {
    ...HUB_OPEN,
    unheard: ['cuisine'],
    network: { ...HUB_OPEN.network, firewall: { name: 'ufw', command: 'sudo ufw allow 8002/tcp' } },
  });
  await expect(page.locator('.hub-top .banner')).toContainText([
    'Personne n’écoute dans #cuisine',
    'Le pare-feu ufw peut bloquer les autres postes',
  ]);
  await expect(page.locator('.hub-top code')).toHaveText('sudo ufw allow 8002/tcp');
});

test('who is connected and what happened at the doors is told in words', async ({ page, standIn }) => {
  await openHub(page, standIn);
  const rows = page.locator('.tbl').first().locator('tbody tr');
  await expect(rows).toContainText(['Comptoir ce poste', 'Cuisine Alice, sans son', 'Bar Bruno, ne pas déranger']);
  await expect(page.locator('.journal li')).toContainText([
    'Refusé jeton inconnu, 192.168.1.77, 12 fois',
    'Poste ajouté Cuisine, 192.168.1.31',
    'Jeton révoqué Ancienne caisse',
  ]);
  await expect(
    page.getByRole('img', { name: /^Notifications par minute sur la dernière heure, au plus 11/ }),
  ).toBeVisible();
});

test('a hub that is off starts under the name and the port that were typed', async ({ page, standIn }) => {
  await page.goto(standIn.url);
  await toHub(page);
  const start = page.getByRole('button', { name: 'Démarrer le hub' });
  await page.getByLabel('Port').fill('99999');
  await start.click();
  await expect(page.getByRole('alert')).toContainText('entre 1 et 65533');
  await expect(page.getByLabel('Port')).toBeFocused();
  await page.getByLabel('Port').fill('8005');
  await page.getByLabel('Nom du hub').fill('é'.repeat(31));
  await start.click();
  await expect(page.getByRole('alert')).toHaveText('Ce nom est trop long.');
  await page.getByLabel('Nom du hub').fill('Le Baobab');
  await start.click();
  await expect.poll(() => sent(standIn, 'startHub').length).toBe(1);
  expect(sent(standIn, 'changeSettings')).toEqual([
    { do: 'changeSettings', change: { hubPort: 8005, hubName: 'Le Baobab' } },
  ]);
});
