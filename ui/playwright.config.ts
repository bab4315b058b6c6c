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
