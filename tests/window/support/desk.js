// A computer of one test: a screen, a window manager, a session bus and, if wanted, somebody who
// shows pop-ups. Nothing is shared between tests, and everything is ended by its process id.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser } from './webdriver.js';
import { Program, alive, descendants, until } from './processes.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../..');
const results = join(root, 'tests/results/window');
/** Where the list is on the screen: many colours once it is painted, hardly any before. */
const LIST = '500x600+100+70';
export const appPath = process.env.CHAPFOOD_APP ?? join(root, 'target/debug/chapfood-notifications');

/** Runs `body` on a desk of its own; keeps its logs and its last picture if it fails. */
export async function onDesk(name, options, body) {
  const desk = new Desk(name, options);
  try {
    await desk.setUp();
    await body(desk);
  } catch (error) {
    await desk.shoot('failed');
    error.message += `\n  logs and pictures: ${desk.folder}`;
    throw error;
  } finally {
    await desk.tearDown();
  }
}

export class Desk {
  programs = [];

  /** `hub`: the address of the hub of another desk, to join instead of having one. */
  constructor(name, { bus = true, toasts = true, settings = {}, hub } = {}) {
    this.options = { bus, toasts, settings, hub };
    this.folder = join(results, name);
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    this.home = mkdtempSync(join(tmpdir(), 'chapfood-desk-'));
    this.data = join(this.home, 'data');
    this.env = {
      // dunst finds there what chooses among its buttons.
      PATH: `${here}:${process.env.PATH}`,
      LANG: 'C.UTF-8',
      HOME: this.home,
      XDG_RUNTIME_DIR: join(this.home, 'run'),
      CHAPFOOD_DATA_DIR: this.data,
      // No accessibility bus and no graphics card are at hand, and both are looked for slowly.
      NO_AT_BRIDGE: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
      GTK_THEME: 'Adwaita',
    };
    mkdirSync(this.env.XDG_RUNTIME_DIR, { mode: 0o700 });
    mkdirSync(this.data);
  }

  async setUp() {
    // A screen that starts anew whenever its last client leaves would throw out whoever just came.
    const size = ['-screen', '0', '1280x800x24', '-noreset'];
    const screen = this.start('Xvfb', ['-displayfd', '1', '-nolisten', 'tcp', ...size]);
    const display = await until('Xvfb names its display', () => /^\d+$/m.exec(screen.out)?.[0]);
    this.env.DISPLAY = `:${display}`;
    if (this.options.bus) await this.startBus();
    this.start('openbox', []);
    await until('openbox manages the screen', () =>
      this.call('xprop', ['-root', '_NET_SUPPORTING_WM_CHECK']).includes('window id'),
    );
    if (this.options.bus && this.options.toasts) {
      this.dunst = this.start('dunst', ['-config', join(here, 'dunstrc')]);
      await until('dunst answers', () => this.call('dunstctl', ['is-paused']).trim() === 'false');
    }
    this.hub = this.options.hub ?? `http://127.0.0.1:${await freePort()}`;
    this.port = Number(new URL(this.hub).port);
    const joins = this.options.hub && { hubAddress: this.hub, hostHub: false };
    // What the person chose before: only what the test is about.
    const settings = { ...this.options.settings, ...joins };
    writeFileSync(join(this.data, 'settings.json'), JSON.stringify({ settings }));
  }

  async startBus() {
    const bus = this.start('dbus-daemon', [
      `--config-file=${join(here, 'bus.conf')}`, '--nofork', '--print-address=1',
    ]);
    this.env.DBUS_SESSION_BUS_ADDRESS = await until('the bus names its address', () =>
      /^unix:\S+$/m.exec(bus.out)?.[0],
    );
    const rule = "type='method_call',interface='org.freedesktop.Notifications',member='Notify'";
    this.monitor = this.start('dbus-monitor', ['--session', rule]);
    await until('dbus-monitor listens', () => this.monitor.out.includes('NameLost'));
  }

  /** The pop-ups asked for so far, as they went over the bus. */
  toasts() {
    return this.monitor.out
      .split(/^method call /m)
      .filter((call) => call.includes('member=Notify'))
      .map((call) => {
        const [app, , title, body] = [...call.matchAll(/^   string "([^]*?)"\n(?=   \S)/gm)].map((m) => m[1]);
        const urgency = /string "urgency"\s+variant\s+byte (\d)/.exec(call)?.[1];
        const listed = /^   array \[\n((?:      string "[^]*?"\n)*)   \]/m.exec(call)?.[1] ?? '';
        const actions = [...listed.matchAll(/string "([^]*?)"\n/g)].map((m) => m[1]);
        return { app, title, body, urgency: Number(urgency), actions };
      });
  }

  /** How many pop-ups are on the screen. */
  displayed() {
    return Number(this.call('dunstctl', ['count', 'displayed']));
  }

  /** Presses a pop-up's button, by the key that the app gave it, in dunst's menu of all buttons. */
  press(key) {
    writeFileSync(join(this.home, 'button'), `,${key}]\n`);
    this.call('dunstctl', ['context']);
  }

  args(...more) {
    return this.options.hub ? ['--no-questions', ...more] : ['--hub-port', String(this.port), ...more];
  }

  /** Starts the app in a window under remote control. */
  async openApp(...more) {
    const port = await freePort();
    const driver = this.start('WebKitWebDriver', [`--port=${port}`], {
      TAURI_AUTOMATION: 'true',
      TAURI_WEBVIEW_AUTOMATION: 'true',
    });
    await until('WebKitWebDriver listens', () => connects(port));
    this.browser = await Browser.start(port, appPath, this.args(...more));
    this.appPid = await until('the app runs', () =>
      descendants(driver.pid).find((pid) => this.call('cat', [`/proc/${pid}/cmdline`]).startsWith(appPath)),
    );
    await until('the hub answers', () => connects(this.port));
    return this.browser;
  }

  /** Starts the app without remote control. */
  runApp(...more) {
    return this.start(appPath, this.args(...more));
  }

  /** Windows of the app that are on the screen, by their numbers. */
  windows() {
    try {
      const names = ['search', '--onlyvisible', '--name', '^ChapFood Notifications'];
      return this.call('xdotool', names).trim().split('\n').filter(Boolean);
    } catch {
      return [];
    }
  }

  /** Closes a window as a person does, by the last button of its title bar. */
  close(window) {
    // xdotool itself counts the frame twice.
    const place = this.call('xwininfo', ['-id', window]);
    const number = (label) => Number(new RegExp(`${label}: +(\\d+)`).exec(place)[1]);
    const right = number('Absolute upper-left X') + number('Width');
    const top = number('Absolute upper-left Y');
    this.call('xdotool', ['mousemove', '--sync', `${right - 10}`, `${top - 10}`, 'click', '1']);
  }

  call(command, args) {
    return execFileSync(command, args, { env: this.env, encoding: 'utf8', timeout: 10_000, stdio: ['ignore', 'pipe', 'ignore'] });
  }

  /** A picture of the whole screen, once the window has painted what its page already knows. */
  async shoot(name) {
    const file = join(this.folder, `${name}.png`);
    const take = () => {
      this.call('import', ['-window', 'root', file]);
      return this.call('identify', ['-format', '%#', file]);
    };
    try {
      await this.browser?.painted();
      let before;
      await until('the window has painted, and no longer changes', () => {
        const now = take();
        const still = now === before;
        before = now;
        return still && Number(this.call('convert', [file, '-crop', LIST, '-format', '%k', 'info:'])) > 50;
      });
    } catch {
      // A picture of nothing is one too; and there is none if it was the screen that failed.
    }
  }

  start(command, args, env = {}) {
    const log = join(this.folder, `${command.split('/').at(-1)}.log`);
    const program = new Program(command, args, { env: { ...this.env, ...env }, log });
    this.programs.push(program);
    return program;
  }

  async tearDown() {
    if (this.appPid && alive(this.appPid)) {
      process.kill(this.appPid, 'SIGTERM');
      await until('the app ends', () => !alive(this.appPid), 8_000).catch(() => process.kill(this.appPid, 'SIGKILL'));
    }
    // In reverse: nobody loses the ground under their feet before they are asked to go.
    for (const program of this.programs.reverse()) await program.end();
    rmSync(this.home, { recursive: true, force: true });
  }
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function connects(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
