import type { Page } from '@playwright/test';
import type { Snapshot } from '../src/host/host';
import type { StandIn } from './stand-in';

/** One screen in one state, as a picture is taken of it. */
export interface Look {
  name: string;
  snapshot?: Partial<Snapshot>;
  prepare?: (standIn: StandIn) => void;
  go?: (page: Page) => Promise<void>;
}

// The navigation and the bottom bar name the same places; only one of them shows.
export const place = (page: Page, name: RegExp) =>
  page.getByRole('navigation').getByRole('button', { name }).filter({ visible: true });
export const to = (name: RegExp) => (page: Page) => place(page, name).first().click();
