import type { Page } from '@playwright/test';
import { expect, expectAccessible, test, watchConsole } from './browser';
import { hostileDetails, hostileOutbox, noon, shopOutbox, shopSnapshot } from './shop';
import { to, type Look } from './look';
import { HUB_LOOKS } from './looks-hub';
import { SETTINGS_LOOKS } from './looks-settings';

const SIZES = [
  { name: 'compact', width: 420, height: 720 },
  { name: 'rail', width: 800, height: 720 },
  { name: 'wide', width: 1100, height: 720 },
];

const SEND = /^(Envoyer|Send)( |$)/;

const openFirst = async (page: Page) => {
  await page.locator('[data-index="0"]').click();
  await expect(page.locator('.detail h1')).toHaveText('ORD-42 attend depuis 8 min');
};
const todo = async (page: Page) => {
  await page.getByRole('tab', { name: /À traiter|To do/ }).click();
  await expect(page.getByRole('tab', { name: /À traiter|To do/ })).toHaveAttribute('aria-selected', 'true');
};
const sendBad = async (page: Page) => {
  await to(SEND)(page);
  await page.locator('#send-message').fill('Proposer le poisson braisé à la place.');
  await page.locator('#send-data').fill('[1]');
  await page.locator('.formbar .primary').click();
  await expect(page.locator('#send-title')).toBeFocused();
};

const CATCH_UP = { count: 12, from: noon() - 1_260_000, to: noon() - 300_000, newest: 'n_1' };

const LOOKS: Look[] = [
  { name: 'inbox' },
  { name: 'detail', go: openFirst },
  { name: 'detail-taken', go: (page) => page.locator('[data-index="2"]').click() },
  { name: 'detail-expired', go: (page) => page.locator('[data-index="5"]').click() },
  {
    name: 'detail-waiting',
    snapshot: { link: { state: 'offline', nextAt: noon() + 7000, since: noon() - 540_000 } },
    prepare: (standIn) => {
      const [first, ...rest] = standIn.details;
      const taken = { by: 'Comptoir', device: null, at: noon(), mine: true, queued: true };
      if (first) standIn.details = [{ ...first, taken }, ...rest];
    },
    go: openFirst,
  },
  {
    name: 'detail-json',
    go: async (page) => {
      await openFirst(page);
      await page.getByRole('tab', { name: 'JSON' }).click();
    },
  },
  {
    name: 'hostile',
    snapshot: {
      hubName: 'Restaurant '.repeat(12),
      unread: 123_456,
      channels: Array.from({ length: 30 }, (_, at) => ({
        name: `${'canal-'.repeat(14)}${at}`,
        joined: at < 20,
        confirmed: true,
        clientCount: at,
        unread: at * 999,
        today: at * 7,
      })),
      catchUp: { count: 123_456, from: noon() - 40 * 86_400_000, to: noon(), newest: 'n_1' },
      gap: { channels: ['', 'canal-'.repeat(14), 'commandes'], since: noon() },
      storageFault: 'No space left on device (os error 28)',
    },
    prepare: (standIn) => {
      standIn.details = hostileDetails();
    },
    go: async (page) => {
      await page.locator('[data-index="0"]').click();
      await expect(page.locator('.detail h1')).toBeVisible();
    },
  },
  {
    name: 'detail-more',
    go: async (page) => {
      await openFirst(page);
      await page
        .getByRole('button', { name: /Plus d’actions|More actions/ })
        .last()
        .click();
      await expect(page.getByRole('menu')).toBeVisible();
    },
  },
  { name: 'todo', go: todo },
  {
    name: 'todo-empty',
    snapshot: { todo: { count: 0, late: 0 } },
    prepare: (standIn) => {
      standIn.details = standIn.details.filter((row) => row.taken);
    },
    go: async (page) => {
      await todo(page);
      await expect(page.locator('.empty').first()).toContainText('Alice');
    },
  },
  {
    name: 'who',
    go: async (page) => {
      await page.locator('.take').first().click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  {
    name: 'search',
    go: async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('ord-4');
      await expect(page.locator('.found')).toContainText('4');
      await expect(page.locator('.ft').first()).toContainText('2');
    },
  },
  {
    name: 'search-none',
    go: async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('ORD-99');
      await expect(page.locator('.empty').first()).toContainText('ORD-99');
    },
  },
  {
    name: 'filters',
    go: async (page) => {
      await page.getByRole('button', { name: /type/ }).click();
      await page.locator('.fbar .drop select').selectOption('#cuisine');
      await expect(page.locator('.row')).toHaveCount(3);
    },
  },
  {
    name: 'reminders',
    prepare: (standIn) => {
      standIn.details = standIn.details.map((row, at) => ({
        ...row,
        remindAt: at === 0 ? noon() + 900_000 : null,
        reminded: at === 1,
      }));
    },
    go: openFirst,
  },
  {
    name: 'quiet',
    snapshot: {
      sound: 'no_device',
      settings: { ...shopSnapshot().settings, doNotDisturb: { state: 'until', at: noon() + 3_600_000 } },
    },
    go: async (page) => {
      await expect(page.locator('.quiet').filter({ visible: true }).first()).toContainText('13:07');
    },
  },
  {
    name: 'palette',
    go: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('ord');
      await expect(page.getByRole('option').first()).toContainText('ORD');
    },
  },
  { name: 'types', go: (page) => page.getByRole('button', { name: /type/ }).click() },
  {
    name: 'empty',
    snapshot: { unread: 0 },
    prepare: (standIn) => {
      standIn.details = [];
    },
  },
  {
    name: 'no-channel',
    snapshot: { unread: 0, channels: [] },
    prepare: (standIn) => {
      standIn.details = [];
    },
  },
  {
    name: 'reconnecting',
    snapshot: { link: { state: 'reconnecting', attempt: 3, of: 5, nextAt: noon() + 4000, since: noon() } },
  },
  {
    name: 'offline',
    snapshot: { link: { state: 'offline', nextAt: noon() + 7000, since: noon() - 540_000 }, outbox: shopOutbox() },
  },
  {
    name: 'refused',
    snapshot: {
      link: { state: 'refused', reason: 'other', words: 'Jeton révoqué', nextAt: noon() + 7000, since: noon() },
    },
  },
  { name: 'no-popups', snapshot: { popups: 'no_service' } },
  { name: 'no-storage', snapshot: { storageFault: 'No space left on device (os error 28)' } },
  { name: 'gap', snapshot: { gap: { channels: ['', 'commandes'], since: noon() - 540_000 } } },
  { name: 'catchup', snapshot: { catchUp: CATCH_UP } },
  {
    name: 'catchup-shown',
    snapshot: { catchUp: CATCH_UP, gap: { channels: ['', 'commandes'], since: noon() - 540_000 } },
    go: (page) => page.getByRole('button', { name: /Les voir|Show them/ }).click(),
  },
  { name: 'send', go: to(SEND) },
  {
    name: 'send-errors',
    prepare: (standIn) => {
      standIn.sendReply = {
        outcome: 'refused',
        errors: ["Le champ 'title' est obligatoire", "Le champ 'data' doit être un objet"],
        codes: ['title_required', 'data_not_object'],
      };
    },
    go: sendBad,
  },
  {
    name: 'send-queue-hostile',
    snapshot: { outbox: hostileOutbox() },
    go: async (page) => {
      await to(SEND)(page);
      await page.locator('.qrow').nth(49).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'send-queue',
    snapshot: { link: { state: 'offline', nextAt: noon() + 7000, since: noon() - 540_000 }, outbox: shopOutbox() },
    prepare: (standIn) => {
      standIn.sendReply = { outcome: 'queued', number: 1 };
    },
    go: async (page) => {
      await to(SEND)(page);
      await page.locator('#send-title').fill('Rupture de poulet braisé');
      await page.locator('.formbar .primary').click();
      await expect(page.locator('.form .banner')).toBeVisible();
    },
  },
  ...SETTINGS_LOOKS,
  ...HUB_LOOKS,
  { name: 'help', go: (page) => page.keyboard.press('?') },
];

const VARIANTS = (['fr', 'en'] as const).flatMap((language) =>
  (['light', 'dark'] as const).flatMap((theme) => SIZES.map((size) => ({ language, theme, size }))),
);

// All twelve take minutes. A usual run looks at three of them, others for each screen, so that every screen
// is seen in every width and both languages; `make gallery` looks at all.
const everyLook = process.env.CHAPFOOD_EVERY_LOOK === '1';
const variantsOf = (at: number) => VARIANTS.filter((_, variant) => everyLook || (variant + at) % 4 === 0);

for (const [at, look] of LOOKS.entries()) {
  test(`${look.name} reads well in both languages, both themes and three widths`, async ({ page, standIn }) => {
    // Noon, so that days, countdowns and uptimes read the same in every run.
    await page.clock.setFixedTime(noon());
    standIn.now = noon;
    const complaints = watchConsole(page);
    look.prepare?.(standIn);
    for (const { language, theme, size } of variantsOf(at)) {
      const base = shopSnapshot(look.snapshot);
      standIn.snapshot = { ...base, settings: { ...base.settings, language, theme } };
      await page.setViewportSize({ width: size.width, height: size.height });
      await page.goto(standIn.url);
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await expect(page.locator('.row, .empty, .first').first()).toBeVisible();
      await look.go?.(page);
      await page.screenshot({ path: `e2e/results/${look.name}-${size.name}-${theme}-${language}.png` });
      await expectAccessible(page);
      await expectNoOverflow(page);
      standIn.change({ settings: { ...standIn.snapshot.settings, textSize: 'larger' } });
      await expect(page.locator('html')).toHaveAttribute('data-text', 'larger');
      await page.screenshot({ path: `e2e/results/larger/${look.name}-${size.name}-${theme}-${language}.png` });
      await expectNoOverflow(page);
      await expectNothingCut(page);
    }
    expect(complaints).toEqual([]);
  });
}

async function expectNoOverflow(page: Page): Promise<void> {
  const wider = await page.evaluate(() =>
    [...document.querySelectorAll('.scroll, .pane, .app')]
      .filter((box) => box.scrollWidth > box.clientWidth + 1)
      .map((box) => box.className),
  );
  expect(wider, 'nothing scrolls sideways').toEqual([]);
}

/** At 130 % only the lines of lists, and names that are as long as their sender likes, may end in an ellipsis. */
async function expectNothingCut(page: Page): Promise<void> {
  const cut = await page.evaluate(() => {
    const mayBeCut = 'input, .row, .nav, .head .sub, .chip, .sr, .osbox';
    return [...document.querySelectorAll<HTMLElement>('#app *')]
      .filter(
        (box) => !box.closest(mayBeCut) && box.clientWidth > 0 && !box.matches('.scroll, .pane, .app, svg, svg *'),
      )
      .filter((box) => /hidden|clip/.test(getComputedStyle(box).overflowX) && box.scrollWidth > box.clientWidth + 1)
      .map((box) => `${box.tagName}.${box.className}: ${box.textContent.slice(0, 60)}`);
  });
  expect(cut, 'nothing is cut off').toEqual([]);
  const clipped = await page.evaluate(() =>
    [...document.querySelectorAll('.row')]
      .filter((row) => row.scrollHeight > row.clientHeight + 1)
      .map((row) => row.textContent.slice(0, 60)),
  );
  expect(clipped, 'a row is as high as its lines').toEqual([]);
}
