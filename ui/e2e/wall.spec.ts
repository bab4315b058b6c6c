import { setInterval } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import type { Taken } from '../src/host/contract/Taken';
import { expect, test } from './browser';
import { noon } from './shop';
import type { StandIn } from './stand-in';
import { order, wallDetails, wallSnapshot } from './wall-shop';

test.use({ viewport: { width: 1366, height: 768 } });

const cards = (page: Page) => page.locator('.wc');
const names = (page: Page) =>
  cards(page).evaluateAll((all) => all.map((card) => card.getAttribute('aria-label') ?? ''));
const by = (name: string, mine = true): Taken => ({ by: name, device: null, at: Date.now(), mine, queued: false });
const asked = (standIn: StandIn, what: string) => standIn.received.filter((command) => command.do === what);

async function open(page: Page, standIn: StandIn, people: string[] = []): Promise<void> {
  const base = wallSnapshot();
  standIn.details = wallDetails().map((detail) => {
    const later = Date.now() - noon();
    const taken = detail.taken && { ...detail.taken, at: detail.taken.at + later };
    return { ...detail, at: detail.at + later, taken };
  });
  standIn.snapshot = { ...base, settings: { ...base.settings, username: 'Alice', people } };
  await page.goto(standIn.url);
  await expect(cards(page)).toHaveCount(8);
}

test('a number takes its card: it is sent, and when the hub agrees the next ones slide up', async ({
  page,
  standIn,
}) => {
  await open(page, standIn);
  await page.keyboard.press('2');
  const second = cards(page).nth(1);
  await expect(second.locator('p.tk')).toHaveText('Envoi au hub…');
  expect(await names(page)).toEqual(['39', '42', 'Frigo 2 à 9 °C', '43', '44', '45', '46', '47']);
  expect(asked(standIn, 'take')).toEqual([{ do: 'take', id: 'n_42', by: null }]);
  standIn.hold('n_42', by('Comptoir'));
  await expect(second).toHaveAttribute('aria-label', 'Frigo 2 à 9 °C');
  expect(await names(page)).toEqual(['39', 'Frigo 2 à 9 °C', '43', '44', '45', '46', '47', '48']);
  await expect(page.locator('.wf')).toContainText(/42\s+Comptoir, \d\d:\d\d/);
  await expect(page.locator('.mo')).toHaveText('+ 1 autre en attente');
  await expect(page.locator('.sr').filter({ hasText: '42, pris en charge par Comptoir' })).toBeAttached();
});

test('one press takes one card, however the bump bar chatters', async ({ page, standIn }) => {
  await open(page, standIn);
  for (let press = 0; press < 5; press += 1) await page.keyboard.press('1');
  await page.keyboard.down('2');
  await page.keyboard.down('2');
  await expect(page.locator('p.tk')).toHaveCount(2);
  standIn.hold('n_39', by('Comptoir'));
  await expect(cards(page).first()).toHaveAttribute('aria-label', '42');
  await page.keyboard.press('Numpad1');
  await expect(page.locator('p.tk')).toHaveCount(1);
  expect(asked(standIn, 'take')).toHaveLength(2);
});

test('0 gives the last one back to its place', async ({ page, standIn }) => {
  await open(page, standIn);
  await page.keyboard.press('4');
  await expect(page.locator('p.tk')).toHaveCount(1);
  standIn.hold('n_43', by('Comptoir'));
  await expect(cards(page).nth(3)).toHaveAttribute('aria-label', '44');
  await page.keyboard.press('0');
  await expect(cards(page).nth(3)).toHaveAttribute('aria-label', '43');
  expect(asked(standIn, 'release')).toEqual([{ do: 'release', id: 'n_43' }]);
});

test('pressing Annuler again and again gives back one order only', async ({ page, standIn }) => {
  await open(page, standIn);
  for (const [key, id] of [
    ['4', 'n_43'],
    ['2', 'n_42'],
  ] as const) {
    await page.keyboard.press(key);
    await expect(page.locator('p.tk')).toHaveCount(1);
    standIn.hold(id, by('Comptoir'));
    await expect(page.locator('p.tk')).toHaveCount(0);
  }
  const undo = page.locator('.wf .un');
  await undo.click();
  await expect(undo).toHaveCount(0);
  await expect(cards(page).nth(1)).toHaveAttribute('aria-label', '42');
  await page.keyboard.press('0');
  await expect(cards(page).nth(3)).toHaveAttribute('aria-label', '44');
  expect(asked(standIn, 'release')).toEqual([{ do: 'release', id: 'n_42' }]);
});

test('an error is said at once on the wall as well', async ({ page, standIn }) => {
  await open(page, standIn);
  const fault = { ...order(90, '0:00'), type: 'error' as const, title: 'Four arrêté', at: Date.now() };
  standIn.details = [fault, ...standIn.details];
  standIn.emit({ event: 'arrived', rows: [fault], count: 1 });
  await expect(page.getByRole('alert').filter({ hasText: 'Four arrêté' })).toBeAttached();
});

test('what reads like the sentence before is said again', async ({ page, standIn }) => {
  await open(page, standIn);
  standIn.details = standIn.details.map((detail) =>
    ['n_39', 'n_42'].includes(detail.id) ? { ...detail, data: null, title: 'Café' } : detail,
  );
  standIn.emit({ event: 'changed', ids: ['n_39', 'n_42'] });
  await expect(cards(page).nth(1)).toHaveAttribute('aria-label', 'Café');
  const sentence = 'Café, déjà pris en charge par Alice';
  const said = page.locator('[aria-live]').filter({ hasText: sentence });
  await page.keyboard.press('1');
  await expect(page.locator('p.tk.sent')).toHaveCount(1);
  standIn.hold('n_39', by('Alice', false));
  await expect(said).toBeAttached();
  // It is listened to before anything more is done.
  const heard = await said.evaluateHandle((region) => {
    const texts: string[] = [];
    new MutationObserver(() => texts.push(region.textContent)).observe(region, { childList: true });
    return texts;
  });
  await page.keyboard.press('2');
  await expect(page.locator('p.tk.sent')).toHaveCount(1);
  standIn.hold('n_42', by('Alice', false));
  await expect.poll(() => heard.evaluate((texts, sentence) => texts.includes(sentence), sentence)).toBe(true);
});

test('several people: the card asks who, and a number answers', async ({ page, standIn }) => {
  await open(page, standIn, ['Alice', 'Bruno', 'Chloé']);
  await page.keyboard.press('4');
  const question = page.getByRole('group', { name: 'Qui s’en charge\u202f? 43' });
  await expect(question.getByRole('button', { name: 'Alice' })).toBeFocused();
  await page.keyboard.press('2');
  await expect(question).toHaveCount(0);
  expect(asked(standIn, 'take')).toEqual([{ do: 'take', id: 'n_43', by: 'Bruno' }]);
});

test('a second tap on a card does not answer the question that the first one opened', async ({ page, standIn }) => {
  await page.clock.install();
  await open(page, standIn, ['Alice', 'Bruno', 'Chloé']);
  await page.clock.pauseAt(Date.now() + 60_000);
  const question = page.getByRole('group', { name: 'Qui s’en charge\u202f? 42' });
  await page.getByRole('button', { name: 'Je prends 42' }).dblclick();
  await expect(question).toBeVisible();
  // Wherever the finger comes down, and Enter as well.
  await question.getByRole('button', { name: 'Chloé' }).click();
  await page.keyboard.press('Enter');
  await expect(question).toBeVisible();
  expect(asked(standIn, 'take')).toEqual([]);
  await page.clock.runFor(600);
  await question.getByRole('button', { name: 'Chloé' }).click();
  await expect(question).toHaveCount(0);
  expect(asked(standIn, 'take')).toEqual([{ do: 'take', id: 'n_42', by: 'Chloé' }]);
});

test('a question is left by Escape, by its button, or by itself, and nothing is taken', async ({ page, standIn }) => {
  await page.clock.install();
  await open(page, standIn, ['Alice', 'Bruno']);
  const question = page.getByRole('group', { name: /Qui s’en charge/ });
  await page.keyboard.press('3');
  await expect(question).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(question).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Je prends Frigo 2 à 9 °C' }), 'the focus is the card’s').toBeFocused();
  await page.getByRole('button', { name: 'Je prends 44' }).click();
  await expect(question).toBeVisible();
  await page.clock.runFor(600);
  await question.getByRole('button', { name: 'Annuler' }).click();
  await expect(question).toHaveCount(0);
  await page.getByRole('button', { name: 'Je prends 44' }).click();
  await expect(question).toBeVisible();
  await page.clock.runFor(9000);
  await expect(question).toHaveCount(0);
  expect(asked(standIn, 'take')).toEqual([]);
});

test('what somebody else took first says who, then makes room', async ({ page, standIn }) => {
  await page.clock.install();
  await open(page, standIn);
  await page.keyboard.press('1');
  await expect(page.locator('p.tk')).toHaveCount(1);
  standIn.hold('n_39', by('Alice', false));
  await expect(cards(page).first()).toContainText('Déjà pris en charge par Alice');
  await page.clock.runFor(8000);
  await expect(cards(page).first()).toHaveAttribute('aria-label', '42');
});

test('a take that the station refuses is said in words, and the card waits on', async ({ page, standIn }) => {
  await open(page, standIn);
  standIn.fault = { code: 'outbox_full', message: 'for the developer' };
  await page.keyboard.press('1');
  await expect(page.locator('.notice')).toContainText('Trop d’actions attendent déjà le hub.');
  standIn.fault = null;
  await expect(page.getByRole('button', { name: 'Je prends 39' })).toBeVisible();
});

test('arrows and Enter take as well', async ({ page, standIn }) => {
  await open(page, standIn);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('button', { name: 'Je prends 44' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(cards(page).nth(4).locator('p.tk')).toBeVisible();
  expect(asked(standIn, 'take')).toEqual([{ do: 'take', id: 'n_44', by: null }]);
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('button', { name: 'Je prends 45' }), 'the focus goes on where it was').toBeFocused();
});

test('what arrives waits behind the wall, and is counted', async ({ page, standIn }) => {
  await open(page, standIn);
  const before = await names(page);
  const late = { ...order(12, '1:00'), at: Date.now() - 3_600_000 };
  standIn.details = [late, ...standIn.details];
  standIn.emit({ event: 'arrived', rows: [late], count: 1 });
  await expect(page.locator('.mo')).toHaveText('+ 3 autres en attente');
  await expect(page.locator('.lt')).toHaveText('2 en retard');
  expect(await names(page), 'nothing moved').toEqual(before);
});

test('letters of references show when the cards do not share them', async ({ page, standIn }) => {
  await open(page, standIn);
  standIn.details = standIn.details.map((detail) =>
    detail.id === 'n_42' ? { ...detail, data: { ref: 'BAR-42' } } : detail,
  );
  standIn.emit({ event: 'changed', ids: ['n_42'] });
  await expect(cards(page).first()).toHaveAttribute('aria-label', 'ORD-39');
  await expect(cards(page).nth(1)).toHaveAttribute('aria-label', 'BAR-42');
});

test('the channel and the look are chosen on the wall, and Escape leaves it', async ({ page, standIn }) => {
  await open(page, standIn);
  await page.getByRole('button', { name: /Options de l’affichage mural/ }).click();
  const menu = page.getByRole('dialog', { name: 'Options de l’affichage mural' });
  await menu.getByRole('radio', { name: 'Clair' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-wall', 'light');
  await menu.getByRole('radio', { name: 'commandes' }).click();
  await expect(page.getByText('Rien en attente')).toBeAttached();
  expect(asked(standIn, 'waiting').at(-1)).toMatchObject({ channel: 'commandes' });
  await expect(menu.getByRole('radio', { name: 'devops' }), 'nobody is expected there').toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.locator('nav.nav')).toBeVisible();
  await expect(page.locator('html')).not.toHaveAttribute('data-wall');
  expect(standIn.snapshot.settings.wall).toEqual({ open: false, channel: 'commandes', light: true });
});

test('the arrows choose in the menu, and what could not be chosen is said over it', async ({ page, standIn }) => {
  await open(page, standIn);
  await page.getByRole('button', { name: /Options de l’affichage mural/ }).click();
  const menu = page.getByRole('dialog', { name: 'Options de l’affichage mural' });
  await menu.getByRole('radio', { name: 'Sombre' }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(menu.getByRole('radio', { name: 'Clair' })).toBeFocused();
  await expect(menu.getByRole('radio', { name: 'Clair' })).toBeChecked();
  standIn.fault = { code: 'storage', message: 'disk full' };
  await page.keyboard.press('ArrowDown');
  const notice = page.locator('.notice');
  await expect(notice).toContainText('Le disque de ce poste a refusé.');
  await notice.getByRole('button', { name: 'Fermer' }).click();
  await expect(notice).toHaveCount(0);
});

test('whoever looks at the wall sees why nothing is heard, and ends what can be ended', async ({ page, standIn }) => {
  await open(page, standIn);
  await expect(page.locator('.wh .quiet')).toHaveCount(0);
  const doNotDisturb = { state: 'on' } as const;
  standIn.change({ sound: 'no_device', settings: { ...standIn.snapshot.settings, doNotDisturb } });
  await expect(page.locator('.wh')).toContainText('Aucun son ne sort de ce poste');
  await page
    .locator('.wh')
    .getByRole('button', { name: /^Ne pas déranger/ })
    .click();
  await expect.poll(() => asked(standIn, 'doNotDisturb')).toEqual([{ do: 'doNotDisturb', choice: 'off' }]);
  await expect(page.locator('.wh').getByRole('button', { name: /^Ne pas déranger/ })).toHaveCount(0);
});

test('of more than the station lists, at least so many are late', async ({ page, standIn }) => {
  await open(page, standIn);
  const at = Date.now() - 3_600_000;
  standIn.details = Array.from({ length: 60 }, (_, number) => ({ ...order(number, '1:00'), at: at + number }));
  standIn.emit({ event: 'changed', ids: [] });
  await expect(page.locator('.lt')).toHaveText(/^au moins \d+ en retard$/);
});

test('an app that starts on its wall has its theme too', async ({ page, standIn }) => {
  const base = wallSnapshot();
  standIn.details = wallDetails();
  standIn.snapshot = { ...base, settings: { ...base.settings, theme: 'dark', textSize: 'large' } };
  await page.goto(standIn.url);
  await expect(page.locator('.wall')).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.locator('html')).toHaveAttribute('data-text', 'large');
});

test('a station that falls silent is said across the screen', async ({ page, standIn }) => {
  await open(page, standIn);
  standIn.hangUp();
  await expect(page.getByRole('alert')).toContainText('Station injoignable');
  standIn.pickUp();
  await expect(page.locator('.woff')).toHaveCount(0, { timeout: 15_000 });
});

test('markup in an order is text', async ({ page, standIn }) => {
  await open(page, standIn);
  const markup = '<img src=x onerror="document.title=1"><b>gras</b>';
  const data = { ref: markup, table: markup, items: [{ name: markup, note: markup }] };
  standIn.details = [{ ...order(1, '0:30', data), title: markup, message: markup }];
  standIn.emit({ event: 'changed', ids: [] });
  await expect(cards(page)).toHaveCount(1);
  await expect(cards(page).first()).toContainText('<img src=x');
  expect(await page.locator('.wc :is(img, b b, u, a)').count()).toBe(0);
});

test('the wall replaces the whole window, and a clicked pop-up shows its notification', async ({ page, standIn }) => {
  await open(page, standIn);
  await expect(page.locator('nav.nav')).toHaveCount(0);
  standIn.emit({ event: 'openRequested', id: 'n_42' });
  await expect(page.locator('.detail h1')).toHaveText('Nouvelle commande ORD-42');
  await expect(page.locator('.wall')).toHaveCount(0);
  standIn.change({ settings: { ...standIn.snapshot.settings, wall: { open: true, channel: null, light: false } } });
  await expect(cards(page)).toHaveCount(8);
  await expect(page.locator('nav.nav')).toHaveCount(0);
});

test('200 cards and ten arrivals a second keep the picture moving', async ({ page, standIn }) => {
  await open(page, standIn);
  standIn.details = Array.from({ length: 200 }, (_, at) => ({
    ...order(at, '0:00', { items: ['Café'] }),
    at: Date.now() - (400 - at) * 1000,
  }));
  standIn.emit({ event: 'changed', ids: [] });
  await expect(page.locator('.mo')).toHaveText('+ 192 autres en attente');
  const arriving = (async () => {
    let at = 200;
    for await (const _ of setInterval(100)) {
      const one = { ...order(at, '0:00', { items: ['Café'] }), at: Date.now() };
      standIn.details = [one, ...standIn.details];
      standIn.emit({ event: 'arrived', rows: [one], count: 1 });
      at += 1;
      if (at === 230) break;
    }
  })();
  const frames = await page.evaluate(async () => {
    const times: number[] = [];
    let last = performance.now();
    const until = last + 3000;
    while (last < until) {
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - last);
      last = performance.now();
    }
    return times.sort((a, b) => a - b);
  });
  await arriving;
  await expect(page.locator('.mo')).toHaveText('+ 222 autres en attente');
  expect(frames.length, 'the picture moves').toBeGreaterThan(30);
  const at = (share: number) => frames[Math.floor(frames.length * share)]?.toFixed(1);
  console.log(
    `${frames.length} frames: median ${at(0.5)} ms, 99 % ${at(0.99)} ms, worst ${frames.at(-1)?.toFixed(1)} ms`,
  );
});
