import { expect, type Page } from '@playwright/test';
import { test } from './station';

const ORDER = {
  channel: 'commandes',
  type: 'info',
  title: 'Nouvelle commande ORD-45',
  message: 'À emporter : 3 wraps poulet',
  data: { ref: 'ORD-45', items: [{ qty: 3, name: 'Wrap poulet' }], client: { name: 'Awa' }, paid: false },
};

const row = (page: Page, index: number) => page.locator(`[data-index="${index}"]`);
const nav = (page: Page, name: string) => page.locator('nav.nav').getByRole('button', { name, exact: true });

test.use({ viewport: { width: 1100, height: 720 } });

async function ready(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await expect(page.locator('nav.nav .state')).toHaveText('Connecté');
}

test('a sent order comes on top, and is read once its detail was open', async ({ page, station }) => {
  await ready(page, station.url);
  await station.send({ channel: 'commandes', title: 'Clôture de caisse', message: '128 commandes' });
  await expect(row(page, 0)).toContainText('Clôture de caisse');
  await station.send(ORDER);
  await expect(row(page, 0)).toContainText('Nouvelle commande ORD-45');
  await expect(page.locator('nav.nav .n.hot').first()).toContainText('2');
  await expect(page).toHaveTitle('(2) ChapFood Notifications');

  await row(page, 0).click();
  const detail = page.locator('.detail');
  await expect(detail.locator('h1')).toHaveText('Nouvelle commande ORD-45');
  await expect(detail).toContainText('Client › Nom');
  await expect(detail.getByRole('cell', { name: 'Wrap poulet' })).toBeVisible();
  await expect(detail).toContainText('non');
  await expect(page, 'after one second it is read').toHaveTitle('(1) ChapFood Notifications');
  await expect(row(page, 0)).not.toHaveClass(/unread/);

  await detail.getByRole('tab', { name: 'JSON' }).click();
  await expect(detail.locator('pre')).toContainText('"ref": "ORD-45"');
});

test('markup in a notification is text', async ({ page, station }) => {
  await ready(page, station.url);
  const title = '<img src=x onerror="document.title=1"><b>gras</b>';
  await station.send({
    channel: 'commandes',
    title,
    message: '<script>alert(1)</script> https://example.com',
    data: { '<i>clé</i>': '<u>valeur</u>' },
  });
  await row(page, 0).click();
  await expect(page.locator('.detail h1')).toHaveText(title);
  await expect(page.locator('.detail')).toContainText('<u>valeur</u>');
  expect(await page.locator('#app :is(img, b b, u, a)').count()).toBe(0);
});

test('the hub’s words stand at the field, and nothing typed is lost', async ({ page, station }) => {
  await ready(page, station.url);
  await page.keyboard.press('Control+n');
  await page.locator('#send-message').fill('Proposer le poisson braisé.');
  await page.keyboard.press('Control+Enter');
  await expect(page.locator('#send-title')).toBeFocused();
  await expect(page.locator('#send-title-problem')).toContainText('Donnez un titre.');
  await expect(page.locator('#send-title-problem .mono')).toHaveText("Le champ 'title' est obligatoire");
  await expect(page.getByRole('alert')).toContainText('1 champ à corriger');

  await nav(page, 'Réglages').click();
  await nav(page, 'Envoyer').click();
  await expect(page.locator('#send-message'), 'kept across views').toHaveValue('Proposer le poisson braisé.');

  await page.locator('#send-title').fill('Rupture de poulet braisé');
  await page.locator('#send-channel').selectOption({ label: '# commandes' });
  await page.getByRole('radio', { name: 'Avertissement' }).click();
  await page.keyboard.press('Control+Enter');
  await expect(page.locator('.banner.good')).toContainText('Envoyée');
  await nav(page, 'Notifications 1 non lue').click();
  await expect(row(page, 0)).toContainText('Rupture de poulet braisé');
});

test('a channel is joined by name, shows who is there, and is left', async ({ page, station }) => {
  await ready(page, station.url);
  await nav(page, 'Gérer les canaux').click();
  await page.locator('#channel-name').fill('cuisine');
  await page.keyboard.press('Enter');
  const cuisine = page.locator('.crow', { hasText: 'cuisine' });
  await expect(cuisine).toContainText('1 personne');
  await expect(page.locator('#channel-name')).toHaveValue('');
  await station.send({
    channel: 'cuisine',
    type: 'success',
    title: 'ORD-41 prête',
    message: 'À remettre au comptoir.',
  });
  // Its name grows by "1 non lue" when the order is in.
  const inNav = page.locator('nav.nav').getByRole('button', { name: /^cuisine/ });
  await inNav.click();
  await expect(row(page, 0)).toContainText('ORD-41 prête');

  await nav(page, 'Gérer les canaux').click();
  await cuisine.getByRole('button', { name: 'Quitter' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Quitter' }).click();
  await expect(inNav).toHaveCount(0);
});

test('the hub’s words about a channel name are shown', async ({ page, station }) => {
  await ready(page, station.url);
  await nav(page, 'Gérer les canaux').click();
  await page.locator('#channel-name').fill('x'.repeat(101));
  await page.keyboard.press('Enter');
  await expect(page.locator('#channel-refused .mono')).toContainText('100');
  await expect(page.locator('#channel-name')).toHaveAttribute('aria-invalid', 'true');
});

test('the keyboard alone goes through the list and back', async ({ page, station }) => {
  await ready(page, station.url);
  for (const number of [1, 2, 3])
    await station.send({ channel: 'commandes', title: `Commande ${number}`, message: 'Table 7' });
  await expect(row(page, 0)).toContainText('Commande 3');

  await page.keyboard.press('j');
  await expect(row(page, 0)).toBeFocused();
  await page.keyboard.press('j');
  await expect(row(page, 1)).toHaveAttribute('aria-current', 'true');
  await expect(page.locator('.detail h1')).toHaveText('Commande 2');
  await page.keyboard.press('k');
  await expect(page.locator('.detail h1')).toHaveText('Commande 3');
  await page.keyboard.press('Escape');
  await expect(page.locator('.detail')).toHaveCount(0);
  await expect(row(page, 0)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.detail h1')).toHaveText('Commande 3');
  await expect(row(page, 0)).not.toHaveClass(/unread/);
  await page.keyboard.press('u');
  await expect(row(page, 0)).toHaveClass(/unread/);
  await page.keyboard.press('2');
  await expect(page.getByRole('tab', { name: /Non lues/ })).toHaveAttribute('aria-selected', 'true');

  await page.keyboard.press('Shift+A');
  await expect(page.locator('.notice')).toContainText('3 notifications marquées lues');
  await page.locator('.notice').getByRole('button', { name: 'Annuler' }).click();
  await expect(page).toHaveTitle('(3) ChapFood Notifications');

  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Raccourcis clavier' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('in one pane the detail is pushed over the list, and the focus goes with it', async ({ page, station }) => {
  await page.setViewportSize({ width: 420, height: 720 });
  await page.goto(station.url);
  await station.send(ORDER);
  await row(page, 0).click();
  await expect(page.locator('.list-pane')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Retour' })).toBeFocused();
  await page.getByRole('button', { name: 'Retour' }).click();
  await expect(row(page, 0)).toBeFocused();
});

test.describe('with a hub that comes back where it was', () => {
  test.use({ hubKeepsPort: true });

  test('the hub stops and starts again: it is said, and then it is live again', async ({ page, station }) => {
    await ready(page, station.url);
    await nav(page, 'Hub').click();
    await expect(page.locator('.addr')).toBeVisible();
    await page.getByRole('button', { name: 'Arrêter le hub' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Arrêter le hub' }).click();
    await expect(page.locator('nav.nav .state')).toHaveText(/Reconnexion…|Hors ligne/);
    await nav(page, 'Notifications').click();
    await expect(page.locator('.banner')).toContainText(/Tentative \d sur 5|Hors ligne depuis/);
    await nav(page, 'Hub').click();
    await page.getByRole('button', { name: 'Démarrer le hub' }).click();
    await expect(page.locator('nav.nav .state')).toHaveText('Connecté', { timeout: 15_000 });
  });
});

test.describe('with a hub that comes back where it was, and something to send', () => {
  test.use({ hubKeepsPort: true });

  test('what is sent without a hub is sent once it is back, and once only', async ({ page, station }) => {
    await ready(page, station.url);
    await nav(page, 'Hub').click();
    await page.getByRole('button', { name: 'Arrêter le hub' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Arrêter le hub' }).click();
    await expect(page.locator('nav.nav .state')).toHaveText(/Reconnexion…|Hors ligne/);

    await nav(page, 'Envoyer').click();
    for (const title of ['Rupture de poulet', 'Rupture de poisson']) {
      await page.locator('#send-channel').selectOption({ label: '# commandes' });
      await page.locator('#send-title').fill(title);
      await page.locator('#send-message').fill('Proposer les légumes.');
      await page.keyboard.press('Control+Enter');
      await expect(page.locator('.qrow').filter({ hasText: title })).toBeVisible();
    }
    await expect(page.locator('.form').getByRole('status')).toContainText('En attente');
    await page.getByRole('button', { name: 'Retirer Rupture de poisson' }).click();
    await expect(page.locator('.qrow')).toHaveCount(1);
    await page.reload();
    await nav(page, 'Envoyer 1 en attente').click();

    await nav(page, 'Hub').click();
    await page.getByRole('button', { name: 'Démarrer le hub' }).click();
    await expect(page.locator('nav.nav .state')).toHaveText('Connecté', { timeout: 15_000 });
    await nav(page, 'Notifications 1 non lue').click();
    await expect(row(page, 0)).toContainText('Rupture de poulet');
    await station.send(ORDER);
    await expect(row(page, 0)).toContainText('ORD-45');
    await expect(page.locator('.row'), 'and nothing else arrived').toHaveCount(2);
    await expect(nav(page, 'Envoyer')).toBeVisible();
  });
});

test.describe('with 100,000 notifications', () => {
  test.use({ stationFlags: ['--seed-rows', '100000'] });

  test('the list scrolls from end to end, and holds only what is in view', async ({ page, station }) => {
    await ready(page, station.url);
    await expect(row(page, 0)).toBeVisible();
    const list = page.locator('#list');
    const frames = await list.evaluate(async (box) => {
      const slow: number[] = [];
      let last = performance.now();
      for (let step = 1; step <= 120; step += 1) {
        box.scrollTop += box.clientHeight * 2;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        slow.push(now - last);
        last = now;
      }
      return slow.sort((a, b) => a - b);
    });
    console.log(
      `scrolling 240 screens: median frame ${frames[60]?.toFixed(1)} ms, worst ${frames[119]?.toFixed(1)} ms`,
    );
    await list.evaluate((box) => (box.scrollTop = box.scrollHeight));
    await expect(row(page, 99_999)).toBeVisible();
    await expect(page.locator('.row[data-index]').last()).toHaveAttribute('data-index', '99999');
    expect(await page.locator('.row').count()).toBeLessThan(60);
  });

  test('a new order does not move the list under a reader who has scrolled', async ({ page, station }) => {
    await ready(page, station.url);
    const list = page.locator('#list');
    await expect(row(page, 0)).toBeVisible();
    await list.evaluate((box) => (box.scrollTop = 78 * 500));
    const watched = row(page, 500);
    await expect(watched).toBeVisible();
    const before = { text: await watched.innerText(), top: (await watched.boundingBox())?.y };
    await station.send(ORDER);
    await expect(page.getByRole('button', { name: '1 nouvelle' })).toBeVisible();
    expect({ text: await watched.innerText(), top: (await watched.boundingBox())?.y }).toEqual(before);
    await page.getByRole('button', { name: '1 nouvelle' }).click();
    await expect(row(page, 0)).toContainText('ORD-45');
    await expect(row(page, 0)).toBeInViewport();
  });
});
