import type { Page } from '@playwright/test';
import type { Settings, Snapshot } from '../src/host/host';
import { expect, expectAccessible, test, watchConsole } from './browser';
import { noon } from './shop';
import type { StandIn } from './stand-in';
import { hostileWallDetails, wallDetails, wallSnapshot } from './wall-shop';

const SIZES = [
  { name: '1080p', width: 1920, height: 1080 },
  { name: 'laptop', width: 1366, height: 768 },
  { name: 'portrait', width: 1080, height: 1920 },
];

interface Look {
  name: string;
  snapshot?: Partial<Snapshot>;
  settings?: Partial<Settings>;
  channel?: string | null;
  prepare?: (standIn: StandIn) => void;
  go?: (page: Page, standIn: StandIn) => Promise<void>;
  /** How many cards there are. */
  cards?: number;
}

const hostile = (standIn: StandIn) => {
  standIn.details = hostileWallDetails();
};
const alone = { people: [] };
const large = { textSize: 'larger' } as const;
// As in the design, where the computer's own name is one of the three.
const awa = { username: 'Alice' };

const LOOKS: Look[] = [
  { name: 'wall' },
  { name: 'wall-who', settings: awa, go: (page) => page.keyboard.press('4') },
  { name: 'wall-who-four', go: (page) => page.keyboard.press('4') },
  {
    name: 'wall-who-four-offline',
    snapshot: { link: { state: 'offline', nextAt: noon(), since: noon() - 120_000 } },
    settings: large,
    go: (page) => page.keyboard.press('3'),
  },
  {
    name: 'wall-who-many',
    settings: { people: Array.from({ length: 20 }, (_, at) => (at === 3 ? 'Anticonstitutionnellement' : `Awa ${at}`)) },
    go: (page) => page.keyboard.press('4'),
  },
  { name: 'wall-offline', snapshot: { link: { state: 'offline', nextAt: noon(), since: noon() - 120_000 } } },
  {
    name: 'wall-reconnecting',
    snapshot: { link: { state: 'reconnecting', attempt: 2, of: 5, nextAt: noon(), since: noon() } },
  },
  {
    name: 'wall-refused',
    snapshot: {
      link: { state: 'refused', reason: 'other', words: 'Jeton révoqué '.repeat(30), nextAt: noon(), since: noon() },
    },
  },
  {
    name: 'wall-empty',
    cards: 0,
    prepare: (standIn) => {
      standIn.details = wallDetails().slice(-2);
    },
  },
  { name: 'wall-not-expected', cards: 0, channel: 'devops' },
  { name: 'wall-all-channels', channel: null },
  {
    name: 'wall-taking',
    settings: alone,
    go: async (page, standIn) => {
      await page.keyboard.press('2');
      await page.keyboard.press('3');
      standIn.hold('n_42', { by: 'Alice', device: null, at: noon(), mine: false, queued: false });
      await expect(page.locator('p.tk')).toHaveCount(2);
      await expect(page.locator('p.tk.lost')).toHaveCount(1);
    },
  },
  {
    name: 'wall-queued',
    snapshot: { link: { state: 'offline', nextAt: noon(), since: noon() - 120_000 } },
    settings: alone,
    go: async (page) => {
      await page.keyboard.press('2');
      await expect(page.locator('p.tk')).toHaveCount(1);
    },
  },
  { name: 'wall-menu', go: (page) => page.locator('.chn').click() },
  { name: 'wall-hostile', prepare: hostile, settings: alone },
  {
    name: 'wall-hostile-who',
    prepare: hostile,
    settings: { people: ['Anticonstitutionnellement'.repeat(2), 'مريم'] },
    go: (page) => page.keyboard.press('1'),
  },
  { name: 'wall-large-text', settings: large },
  {
    name: 'wall-quiet',
    snapshot: { sound: 'no_device' },
    settings: { ...large, doNotDisturb: { state: 'until', at: noon() + 3_600_000 } },
  },
  { name: 'wall-large-text-who', settings: { ...awa, ...large }, go: (page) => page.keyboard.press('4') },
  {
    name: 'wall-large-text-hostile',
    settings: large,
    prepare: hostile,
    snapshot: { link: { state: 'offline', nextAt: noon(), since: noon() - 120_000 } },
  },
];

const VARIANTS = (['fr', 'en'] as const).flatMap((language) =>
  [false, true].flatMap((light) => SIZES.map((size) => ({ language, light, size }))),
);

// As the other looks: a usual run sees each state in three variants, and every variant in some state.
const everyLook = process.env.CHAPFOOD_EVERY_LOOK === '1';
const variantsOf = (at: number) => VARIANTS.filter((_, variant) => everyLook || (variant + at) % 4 === 0);

for (const [at, look] of LOOKS.entries()) {
  test(`${look.name} reads well in both languages, dark and light, on three screens`, async ({ page, standIn }) => {
    await page.clock.setFixedTime(noon());
    const complaints = watchConsole(page);
    for (const { language, light, size } of variantsOf(at)) {
      standIn.details = wallDetails();
      look.prepare?.(standIn);
      const base = wallSnapshot(look.snapshot);
      const wall = { open: true, channel: look.channel === undefined ? 'cuisine' : look.channel, light };
      standIn.snapshot = { ...base, settings: { ...base.settings, ...look.settings, language, wall } };
      await page.setViewportSize({ width: size.width, height: size.height });
      await page.goto(standIn.url);
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await expect(page.locator('.wc')).toHaveCount(look.cards ?? 8);
      await look.go?.(page, standIn);
      await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
      await page.screenshot({
        path: `e2e/results/${look.name}-${size.name}-${light ? 'light' : 'dark'}-${language}.png`,
      });
      await expectAccessible(page);
      await expectNothingCutOff(page);
    }
    expect(complaints).toEqual([]);
  });
}

/** Every control and every band is whole and on the screen, and none covers another. */
async function expectNothingCutOff(page: Page): Promise<void> {
  const wrong = await page.evaluate(() => {
    const faults: string[] = [];
    const whole = '.band, .tk, .pick button, .wf button, .wh .cl, .lt, .chn, .rf, .wmenu button, .rest:not(.unseen)';
    const boxes = [...document.querySelectorAll<HTMLElement>(whole)].filter((box) => box.offsetParent !== null);
    for (const box of boxes) {
      const { left, top, right, bottom } = box.getBoundingClientRect();
      const frame = (box.closest('.many, .wmenu') ?? box.closest('.wc') ?? document.body).getBoundingClientRect();
      const scrolls = box.closest('.many, .wmenu');
      const over = [
        frame.left - left,
        right - frame.right,
        ...(scrolls ? [] : [frame.top - top, bottom - frame.bottom]),
      ];
      const name = `${box.className} ${box.innerText.slice(0, 30)}`;
      if (over.some((pixels) => pixels > 1)) faults.push(`${name} sticks out`);
      if (box.matches('.band, .tk, .lt') && box.scrollWidth > box.clientWidth + 1) faults.push(`${name} is too wide`);
    }
    for (const line of document.querySelectorAll<HTMLElement>('.wh, .wf, .wall')) {
      if (line.scrollWidth > line.clientWidth + 1) faults.push(`${line.className} is too wide`);
    }
    for (const card of document.querySelectorAll<HTMLElement>('.wc')) {
      if (card.scrollHeight > card.clientHeight + 1) faults.push(`${card.ariaLabel?.slice(0, 30)} is too high`);
    }
    return faults;
  });
  expect(wrong).toEqual([]);
}
