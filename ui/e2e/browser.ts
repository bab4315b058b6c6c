import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';
import { shopDetails, shopSnapshot } from './shop';
import { StandIn } from './stand-in';

/** A page, and a stand-in station that plays whatever state the test gives it. */
export const test = base.extend<{ standIn: StandIn }>({
  standIn: async ({}, use) => {
    const standIn = new StandIn(shopSnapshot(), shopDetails());
    await standIn.start();
    await use(standIn);
    await standIn.stop();
  },
});

export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('\n')}`,
    ),
  ).toEqual([]);
}

/** The policy forbids inline code and styles: whatever breaks it says so on the console. */
export function watchConsole(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return complaints;
}

export { expect };
