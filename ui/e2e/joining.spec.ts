import type { Page } from '@playwright/test';
import type { Pairing } from '../src/host/contract/Pairing';
import type { PairingFailure } from '../src/host/contract/PairingFailure';
import type { Settings } from '../src/host/host';
import { expect, expectAccessible, test } from './browser';
import { sent } from './desk';
import { FINGERPRINT, shopOffer } from './hub-shop';
import { to } from './look';
import { FOUND } from './looks-hub';
import { noon } from './shop';
import type { StandIn } from './stand-in';

test.use({ viewport: { width: 1100, height: 720 } });

const KNOWN = { name: 'Chez Awa', fingerprint: FINGERPRINT, certificate: '' };
const set = (standIn: StandIn, change: Partial<Settings>) => {
  standIn.snapshot = { ...standIn.snapshot, settings: { ...standIn.snapshot.settings, ...change } };
};
const failed = (reason: PairingFailure, change: Partial<Extract<Pairing, { is: 'failed' }>> = {}): Pairing => ({
  is: 'failed',
  reason,
  triesLeft: null,
  words: [],
  ...change,
});
const code = (page: Page) => page.getByLabel('Code d’appairage à 6 chiffres');
const connect = (page: Page) => page.getByRole('button', { name: 'Se connecter' });

async function openCode(page: Page, standIn: StandIn): Promise<void> {
  set(standIn, { setUp: false });
  await page.goto(standIn.url);
  await page.getByRole('button', { name: /^Saisir une adresse ou un code/ }).click();
  await expect(code(page)).toBeFocused();
}

test('a hub of the network is joined by its code, and every step is said', async ({ page, standIn }) => {
  set(standIn, { setUp: false });
  await page.goto(standIn.url);
  await expect.poll(() => sent(standIn, 'findHubs').length).toBe(1);
  await expect(page.getByText('Recherche en cours…')).toBeVisible();
  standIn.change({ found: FOUND });
  await expect(page.locator('.hubrow')).toContainText(['192.168.1.20:8002, déjà connu', 'Réserve']);
  await page.getByRole('button', { name: 'Rejoindre Réserve' }).click();
  await expect(code(page)).toBeFocused();
  await page.keyboard.type('48 39 20');
  await page.keyboard.press('Enter');
  await expect
    .poll(() => sent(standIn, 'pair'))
    .toEqual([{ do: 'pair', way: { by: 'code', address: '192.168.1.31:8002', code: '483920' }, username: 'Comptoir' }]);
  const status = page.getByRole('status').filter({ hasText: '…' });
  await expect(status).toHaveText('Contact du hub…');
  await expect(status).toBeFocused();
  standIn.change({ pairing: { is: 'confirming' } });
  await expect(status).toHaveText('Vérification du code…');
  standIn.change({ pairing: { is: 'waiting', fingerprint: FINGERPRINT } });
  await expect(page.locator('.under-way')).toContainText('quelqu’un doit cliquer sur «\u00a0Laisser entrer\u00a0».');
  await expect(page.locator('.finger')).toHaveText('A1:B2:C3:D4:E5:F6:07:18');
  await expectAccessible(page);
  set(standIn, { setUp: true, knownHub: { ...KNOWN, name: 'Réserve' } });
  standIn.change({ pairing: null });
  await expect(page.getByRole('heading', { level: 1, name: 'Notifications' })).toBeVisible();
  await expect(page.locator('.notice')).toContainText('Ce poste est connecté au hub Réserve.');
});

test('where nobody answers the search says what to look at, and goes on', async ({ page, standIn }) => {
  await page.clock.install();
  set(standIn, { setUp: false });
  await page.goto(standIn.url);
  await expect(page.getByText('Hubs trouvés sur ce réseau')).toBeVisible();
  await expect(page.getByText('Aucun hub trouvé.')).toHaveCount(0);
  await page.clock.fastForward(5000);
  await expect(page.getByText('Aucun hub trouvé.')).toBeVisible();
  await page.clock.fastForward(100_000);
  await expect.poll(() => sent(standIn, 'findHubs').length).toBe(2);
});

test('a pasted link holds everything, and can be taken out again', async ({ page, standIn }) => {
  await openCode(page, standIn);
  const link = shopOffer(0).link ?? '';
  await code(page).fill(link);
  await expect(page.getByText('Lien d’appairage collé')).toBeVisible();
  await expect(page.getByLabel('Adresse du hub')).toHaveCount(0);
  await page.getByRole('button', { name: 'Saisir un code à la place' }).click();
  await expect(code(page)).toBeFocused();
  await code(page).fill(link);
  await connect(page).click();
  await expect
    .poll(() => sent(standIn, 'pair'))
    .toEqual([{ do: 'pair', way: { by: 'link', link }, username: 'Comptoir' }]);
});

test('what is missing is said at its field, and nothing is sent', async ({ page, standIn }) => {
  await openCode(page, standIn);
  await connect(page).click();
  await expect(page.getByRole('alert')).toHaveText('Saisissez les 6 chiffres du code.');
  await expect(code(page)).toBeFocused();
  await code(page).fill('483920');
  await connect(page).click();
  await expect(page.getByRole('alert')).toHaveText('Saisissez l’adresse du hub.');
  await expect(page.getByLabel('Adresse du hub')).toBeFocused();
  expect(sent(standIn, 'pair')).toEqual([]);
});

test('of several hubs the person says which one shows the code; a single one is taken', async ({ page, standIn }) => {
  standIn.snapshot = { ...standIn.snapshot, found: FOUND };
  await openCode(page, standIn);
  await code(page).fill('483920');
  await connect(page).click();
  await expect(page.getByRole('alert')).toHaveText('Choisissez le hub qui affiche ce code.');
  const which = page.getByLabel('Hub qui affiche le code');
  await expect(which).toBeFocused();
  await which.selectOption({ label: 'Autre adresse' });
  await expect(page.getByLabel('Adresse du hub')).toBeVisible();
  standIn.change({ found: FOUND.slice(0, 1) });
  await which.selectOption({ label: 'Chez Awa, 192.168.1.20:8002' });
  await connect(page).click();
  await expect.poll(() => sent(standIn, 'pair')).toMatchObject([{ way: { address: '192.168.1.20:8002' } }]);
});

const FAILURES: [PairingFailure, string][] = [
  ['unreadable', 'ni un code, ni un lien'],
  ['unreachable', 'Rien ne répond à cette adresse.'],
  ['not_a_hub', 'n’est pas un hub, ou d’une autre version'],
  ['wrong_hub', 'un autre ordinateur répond à sa place'],
  ['code_wrong', 'Ce n’est pas le bon code.'],
  ['closed', 'Demandez-en un nouveau'],
  ['busy', 'Un autre poste est en train d’entrer.'],
  ['refused', 'n’a pas laissé entrer ce poste'],
  ['not_kept', 'Vérifiez la place libre'],
];

test('each failure says what to do next, with the hub’s words, and what was typed stays', async ({ page, standIn }) => {
  await openCode(page, standIn);
  await code(page).fill('483920');
  await page.getByLabel('Adresse du hub').fill('192.168.1.20:8002');
  const alert = page.getByRole('alert');
  for (const [reason, words] of FAILURES) {
    await connect(page).click();
    await expect(page.getByText('Contact du hub…')).toBeVisible();
    standIn.change({ pairing: failed(reason, { words: ['Réponse <b>brute</b>'] }) });
    await expect(alert, reason).toContainText(words);
    await expect(alert, reason).toContainText('Réponse du hub\u00a0: Réponse <b>brute</b>');
    await expect(code(page), reason).toHaveValue('483920');
  }
  await connect(page).click();
  standIn.change({ pairing: failed('code_wrong', { triesLeft: 1 }) });
  await expect(alert).toContainText('Encore 1 essai avec ce code.');
  await expect(code(page)).toBeFocused();
  await page.keyboard.press('Backspace');
  await expect(alert, 'it was read').toHaveCount(0);
  await expect.poll(() => sent(standIn, 'cancelPairing').length).toBe(1);
});

test('being let in can be given up at every moment', async ({ page, standIn }) => {
  await openCode(page, standIn);
  await code(page).fill('483920');
  await page.getByLabel('Adresse du hub').fill('192.168.1.20:8002');
  const moments: Pairing[] = [{ is: 'contacting' }, { is: 'confirming' }, { is: 'waiting', fingerprint: FINGERPRINT }];
  for (const [at, pairing] of moments.entries()) {
    await connect(page).click();
    await page.locator('.under-way').waitFor();
    standIn.change({ pairing });
    await page.getByRole('button', { name: 'Annuler' }).click();
    await expect(code(page), pairing.is).toHaveValue('483920');
    expect(sent(standIn, 'cancelPairing')).toHaveLength(at + 1);
  }
  await connect(page).click();
  await page.locator('.under-way').waitFor();
  await page.getByRole('button', { name: 'Retour' }).click();
  await expect.poll(() => sent(standIn, 'cancelPairing').length, 'leaving gives up too').toBe(4);
});

test('a token that was revoked leads to being paired again at the same hub', async ({ page, standIn }) => {
  set(standIn, { knownHub: KNOWN, hubAddress: 'https://192.168.1.20:8002' });
  standIn.snapshot = {
    ...standIn.snapshot,
    link: { state: 'refused', reason: 'token_revoked', words: 'Jeton révoqué', nextAt: noon(), since: noon() },
  };
  await page.goto(standIn.url);
  await expect(page.getByRole('heading', { name: 'Ce poste n’est plus autorisé' })).toHaveCount(1);
  await expect(page.getByText('Réponse du hub\u00a0:Jeton révoqué')).toBeVisible();
  await page.getByRole('button', { name: 'Appairer de nouveau' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Rejoindre Chez Awa' })).toBeVisible();
  // It has moved since.
  const id = FINGERPRINT.slice(0, 16);
  standIn.change({ found: [{ id, name: 'Chez Awa', addresses: ['192.168.1.77:8002'], known: true }] });
  await expect(page.getByText('192.168.1.77:8002')).toBeVisible();
  await page.keyboard.type('483920');
  await page.keyboard.press('Enter');
  await expect.poll(() => sent(standIn, 'pair')).toMatchObject([{ way: { address: '192.168.1.77:8002' } }]);
});

test('another certificate is a hard stop: nobody can go on anyway', async ({ page, standIn }) => {
  set(standIn, { knownHub: KNOWN });
  standIn.snapshot = {
    ...standIn.snapshot,
    link: { state: 'refused', reason: 'certificate_changed', words: '', nextAt: noon(), since: noon() },
  };
  await page.goto(standIn.url);
  const screen = page.locator('.refused');
  await expect(screen).toContainText('un autre ordinateur se fait passer pour lui');
  await expect(screen).toContainText('Demandez à la personne qui héberge le hub.');
  await expect(screen.getByRole('button')).toHaveText(['Appairer de nouveau', 'Changer de hub']);
  await expect(screen.locator('.primary'), 'neither is recommended').toHaveCount(0);
  await expect(page.getByText(/continuer|quand même/i)).toHaveCount(0);
  await page.setViewportSize({ width: 420, height: 720 });
  await expect(page.locator('.banner.off')).toContainText('Ce n’est plus le hub que ce poste connaît');
});

for (const reason of ['rate_limited', 'token_unchecked'] as const) {
  test(`a refusal for ${reason} goes away by itself, and asks nothing of anybody`, async ({ page, standIn }) => {
    standIn.snapshot = {
      ...standIn.snapshot,
      link: { state: 'refused', reason, words: 'Patience', nextAt: noon(), since: noon() },
    };
    await page.goto(standIn.url);
    const banner = page.locator('.banner.off');
    await expect(banner).toContainText('réessaie de lui-même');
    await expect(banner).toContainText('Patience');
    await expect(page.getByRole('button', { name: 'Appairer de nouveau' })).toHaveCount(0);
  });
}

test('the hub’s page leads to another hub where none is hosted, and back', async ({ page, standIn }) => {
  set(standIn, { hostHub: false });
  standIn.snapshot = { ...standIn.snapshot, found: FOUND };
  await page.goto(standIn.url);
  await to(/^Hub$/)(page);
  await page.getByRole('button', { name: 'Changer de hub' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Changer de hub' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Rejoindre Chez Awa' })).toBeVisible();
  await expect(page.getByRole('button', { name: /Héberger/ }), 'that is on the hub’s page').toHaveCount(0);
  await page.getByRole('button', { name: 'Retour' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Hub' })).toBeVisible();
});

test('the settings say by what this computer is let in, and where only a file keeps it', async ({ page, standIn }) => {
  set(standIn, { knownHub: KNOWN });
  await page.goto(standIn.url);
  await to(/^Réglages$/)(page);
  await expect(page.getByText('Appairé avec Chez Awa, empreinte A1:B2:C3:D4:E5:F6:07:18')).toBeVisible();
  await expect(page.getByText('Autorisation de ce poste')).toHaveCount(0);
  standIn.change({ tokenKept: 'keyring' });
  standIn.change({ tokenKept: 'file' });
  await expect(page.getByText('dans un fichier que seul votre compte peut lire')).toBeVisible();
});
