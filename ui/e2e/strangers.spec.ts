import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { expect } from '@playwright/test';
import { test } from './station';

// A page from elsewhere in the browser of a staff computer, as a person may have open beside the app. Its name points at
// this computer, which is also what somebody does who rebinds a name.
const STRANGER = 'stranger.example';
const CHROMIUM = '/usr/bin/chromium';

test.use({
  launchOptions: {
    executablePath: existsSync(CHROMIUM) ? CHROMIUM : undefined,
    args: ['--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP ${STRANGER} 127.0.0.1`],
  },
});

let server: Server;
let port = 0;

test.beforeAll(async () => {
  server = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<p>A recipe.</p>'));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  port = (server.address() as AddressInfo).port;
});

test.afterAll(() => server.close());

/** What a script of the page gets of the hub: over a WebSocket, and by polling. */
function tried(hub: string): Promise<{ socket: string; polling: string }> {
  const polling = fetch(`${hub}/socket.io/?EIO=4&transport=polling`).then(
    async (answer) => `${answer.status} ${await answer.text()}`,
    () => 'nothing',
  );
  const socket = new Promise<string>((done) => {
    const opened = new WebSocket(`${hub.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    opened.onmessage = (message) => done(String(message.data));
    opened.onclose = () => done('nothing');
  });
  return Promise.all([socket, polling]).then(([socket, polling]) => ({ socket, polling }));
}

test('a page from elsewhere neither reads nor sends, whatever name it uses for this computer', async ({
  page,
  station,
}) => {
  const hubPort = new URL(station.hubUrl).port;
  await page.goto(`http://${STRANGER}:${port}/`);
  for (const hub of [`http://127.0.0.1:${hubPort}`, `http://localhost:${hubPort}`, `http://${STRANGER}:${hubPort}`]) {
    expect(await page.evaluate(tried, hub), hub).toEqual({ socket: 'nothing', polling: 'nothing' });
  }
  // Where the name itself points at the hub, page and hub are of one origin, and the browser hides nothing.
  const answer = await page.goto(`http://${STRANGER}:${hubPort}/socket.io/?EIO=4&transport=polling`);
  expect(answer?.status()).toBe(403);
  expect(await page.evaluate(tried, `http://${STRANGER}:${hubPort}`)).toMatchObject({ socket: 'nothing' });
});

test('a page of this computer comes in, as the published example does', async ({ page, station }) => {
  await page.goto(`http://localhost:${port}/`);
  const { socket, polling } = await page.evaluate(tried, station.hubUrl);
  expect(socket).toContain('"sid"');
  expect(polling).toContain('"sid"');
});
