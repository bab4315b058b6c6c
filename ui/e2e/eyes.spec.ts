import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './browser';
import { shopSnapshot } from './shop';

test.use({ viewport: { width: 1100, height: 720 } });

const place = (page: Page, name: string | RegExp) => page.locator('nav.nav').getByRole('button', { name });

/** A colour or another property as it is in the end, of the element itself or of what is drawn beside it. */
const style = (page: Page, selector: string, property: string, pseudo?: string) =>
  page
    .locator(selector)
    .first()
    .evaluate((element, [name, beside]) => getComputedStyle(element, beside).getPropertyValue(name ?? ''), [
      property,
      pseudo,
    ] as [string, string | undefined]);

test('in forced colours, what is chosen is told apart without our colours', async ({ page, standIn }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto(standIn.url);
  await place(page, 'Gérer les canaux').click();
  expect(await style(page, '.crow.current', 'outline-style')).toBe('solid');
  expect(await style(page, '.crow:not(.current)', 'outline-style')).toBe('none');
  expect(await style(page, '.nv[aria-current]', 'outline-style')).toBe('solid');
  const box = '.check[aria-checked="true"]';
  await page.locator('.check').first().click();
  await expect(page.locator('.check').first()).not.toBeChecked();
  expect(await style(page, box, 'background-color', '::before')).not.toBe(
    await style(page, '.check[aria-checked="false"]', 'background-color', '::before'),
  );
  await place(page, /^Réglages/).click();
  expect(await style(page, '.sw[aria-checked="true"]', 'background-color')).not.toBe(
    await style(page, '.sw[aria-checked="false"]', 'background-color'),
  );
  expect(await style(page, '.seg [aria-checked="true"]', 'outline-style')).toBe('solid');
  await page.screenshot({ path: 'e2e/results/eyes-forced-colors.png' });
  await expectAccessible(page);
});

for (const theme of ['light', 'dark'] as const) {
  test(`with more contrast wanted, quiet text is as strong as the rest (${theme})`, async ({ page, standIn }) => {
    const { settings } = standIn.snapshot;
    standIn.snapshot = shopSnapshot({ settings: { ...settings, theme } });
    await page.goto(standIn.url);
    await place(page, /^Réglages/).click();
    const quiet = () => style(page, '.pr .tx span', 'color');
    const loud = await style(page, '.pr .tx', 'color');
    expect(await quiet()).not.toBe(loud);
    await page.emulateMedia({ contrast: 'more' });
    expect(await quiet()).toBe(loud);
    expect(await style(page, '.pr', 'border-bottom-color')).toBe(await style(page, '.drop select', 'border-top-color'));
    await expectAccessible(page);
  });
}

test('with less motion wanted, nothing moves', async ({ page, standIn }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  standIn.snapshot = shopSnapshot({
    readiness: { at: 0, running: true, checks: [{ subject: 'sound', outcome: 'running', detail: null }] },
  });
  await page.goto(standIn.url);
  await place(page, /^Réglages/).click();
  await page.getByRole('button', { name: 'Vérifier' }).click();
  await expect(page.locator('.turning')).toBeVisible();
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) => {
        const { animationName, transitionDuration } = getComputedStyle(element);
        return animationName !== 'none' || transitionDuration.split(', ').some((time) => time !== '0s');
      })
      .map((element) => element.className),
  );
  expect(moving).toEqual([]);
});

test('text grows by what the person chose, and the list keeps its rows apart', async ({ page, standIn }) => {
  await page.goto(standIn.url);
  const height = () => page.locator('[data-index="1"]').evaluate((row) => row.getBoundingClientRect().height);
  const top = () => page.locator('[data-index="1"]').evaluate((row) => row.getBoundingClientRect().top);
  const [heightBefore, topBefore] = [await height(), await top()];
  expect(await style(page, 'body', 'font-size')).toBe('14px');
  await place(page, /^Réglages/).click();
  await page.getByRole('combobox', { name: 'Taille du texte' }).selectOption({ label: 'Très grande' });
  await expect.poll(() => style(page, 'body', 'font-size')).toBe('18.2px');
  await place(page, /^Notifications/).click();
  expect(await height()).toBeCloseTo(heightBefore * 1.3, 1);
  expect(await top()).toBeGreaterThan(topBefore);
  const overlap = await page.evaluate(() => {
    const [first, second] = ['0', '1'].map((at) =>
      document.querySelector(`[data-index="${at}"]`)?.getBoundingClientRect(),
    );
    return (first?.bottom ?? 0) - (second?.top ?? 0);
  });
  expect(overlap).toBeLessThanOrEqual(0.5);
});
