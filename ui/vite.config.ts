import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  base: './',
  // Component classes run in Vitest without a browser, but as the client build compiles them.
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  build: {
    target: 'safari16.4',
    // The policy allows no `data:` fonts, and no script that was not built as a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
    // Its CommonJS build hides its names from Node; the bundled one is what ships anyway.
    server: { deps: { inline: ['jsonc-parser'] } },
  },
});
