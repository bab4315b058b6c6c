import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { io, type Socket } from 'socket.io-client';
import { test as base } from '@playwright/test';

const ROOT = join(import.meta.dirname, '..', '..');
const BINARY = process.env['CHAPFOOD_BROWSER_STATION'] ?? join(ROOT, 'target/debug/chapfood-browser-station');

/** A real station with its own hub and its own empty folder. */
export class RealStation {
  url = '';
  hubUrl = '';
  log = '';
  #process: ChildProcess | null = null;
  #folder = '';
  #sender: Socket | null = null;

  async start(hubPort: number, flags: string[]): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'chapfood-ui-'));
    const started = spawn(BINARY, [
      '--listen',
      '127.0.0.1:0',
      '--ui',
      join(import.meta.dirname, '..', 'dist'),
      '--data',
      this.#folder,
      '--hub-port',
      String(hubPort),
      ...flags,
    ]);
    this.#process = started;
    started.stderr.on('data', (chunk) => (this.log += String(chunk)));
    // Read to the end: a program that may no longer write to its output fails in odd ways.
    await new Promise<void>((ready, failed) => {
      started.once('exit', () => failed(new Error(`the station ended before it was ready:\n${this.log}`)));
      createInterface(started.stdout).on('line', (line) => {
        this.log += `${line}\n`;
        const [, what, url = ''] = /^(station|hub) ready on (\S+)/.exec(line) ?? [];
        if (what === 'hub') this.hubUrl = url;
        if (what === 'station') this.url = url;
        if (this.url && this.hubUrl) ready();
      });
    });
  }

  /** Sends as any shop software does: with the stock client. Resolves once the hub has stored it. */
  async send(notification: {
    channel?: string;
    type?: string;
    title: string;
    message: string;
    data?: object;
  }): Promise<void> {
    this.#sender ??= io(this.hubUrl, { auth: { user_id: 'caisse', username: 'Caisse 1' } });
    const sender = this.#sender;
    await new Promise<void>((done, failed) => {
      sender.once('notification-sent', () => done());
      sender.once('error-message', (error: unknown) => failed(new Error(JSON.stringify(error))));
      sender.emit('send-notification', notification);
    });
  }

  async stop(): Promise<void> {
    this.#sender?.close();
    const running = this.#process;
    if (running && running.exitCode === null) {
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGTERM');
      await ended;
    }
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Each test gets its own station; what it said is kept with a failure. */
export const test = base.extend<{ station: RealStation; stationFlags: string[]; hubKeepsPort: boolean }>({
  stationFlags: [[], { option: true }],
  /** A hub started again must be where it was. */
  hubKeepsPort: [false, { option: true }],
  station: async ({ stationFlags, hubKeepsPort }, use, info) => {
    const station = new RealStation();
    try {
      await station.start(hubKeepsPort ? await freePort() : 0, stationFlags);
      await use(station);
    } finally {
      await station.stop();
      if (info.status !== info.expectedStatus) await info.attach('station.log', { body: station.log });
    }
  },
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
