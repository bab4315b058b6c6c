import { expect, type Page } from '@playwright/test';
import type { Command } from '../src/host/host';
import type { StandIn } from './stand-in';

/** What a person does at the list of notifications, and what the station was asked by it. */
export const row = (page: Page, index: number) => page.locator(`[data-index="${index}"]`);

export const take = (page: Page, index: number) =>
  page
    .locator('.slot')
    .nth(index)
    .getByRole('button', { name: /^Je prends/ });

export const sent = (standIn: StandIn, what: Command['do']) =>
  standIn.received.filter((command) => command.do === what);

export async function open(page: Page, standIn: StandIn): Promise<void> {
  await page.goto(standIn.url);
  await expect(row(page, 0)).toBeVisible();
}

/** One person only: nobody is asked who takes something. */
export function alone(standIn: StandIn): void {
  standIn.snapshot = { ...standIn.snapshot, settings: { ...standIn.snapshot.settings, people: [] } };
}
