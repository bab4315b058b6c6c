import { existsSync } from 'node:fs';

import { defineConfig } from '@playwright/test';

// Debian's Chromium; where it is not packaged, the one that Playwright brings.
const DEBIAN = '/usr/bin/chromium';

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'e2e/results/failures',
  reporter: [['list']],
  workers: 2,
  fullyParallel: true,
  timeout: 120_000,
  // A shared CI machine may stand still for seconds; what passes only then is listed as flaky.
  retries: process.env.CI ? 1 : 0,
  use: {
    trace: 'retain-on-failure',
    locale: 'fr-FR',
    launchOptions: {
      executablePath: existsSync(DEBIAN) ? DEBIAN : undefined,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
