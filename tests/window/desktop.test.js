// The app and its desktop: pop-ups that cannot be shown, the tray, one instance, an orderly end.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { appPath, onDesk } from './support/desk.js';
import { alive, descendants, until } from './support/processes.js';
import { members, order, send } from './support/sender.js';

const joined = { language: 'fr', username: 'Alice', userId: 'user_42', channels: ['commandes'] };
const blocked = /bulle/i;

/** The process that runs the app's page. */
function webProcess(app) {
  const names = (pid) => readFileSync(`/proc/${pid}/comm`, 'utf8');
  return descendants(app).find((pid) => names(pid).startsWith('WebKitWebProces'));
}

/** The apps started by this test, whoever their parent is by now. */
function runningApps(desk) {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && alive(pid) && environment(pid).includes(desk.data));
}

function environment(pid) {
  try {
    const app = readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(appPath);
    return app ? readFileSync(`/proc/${pid}/environ`, 'utf8') : '';
  } catch {
    return '';
  }
}

for (const [name, options] of [
  ['without a notification service', { toasts: false }],
  ['without a session bus', { bus: false }],
]) {
  test(`${name} the app runs, and says in the window that the system shows no pop-ups`, async () => {
    await onDesk(name.replaceAll(' ', '-'), { ...options, settings: joined }, async (desk) => {
      const page = await desk.openApp();
      await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
      assert.doesNotMatch(await page.text(), blocked, 'nothing is claimed before it was tried');

      await send(desk.hub, order);

      await until('the line is in the window', () => page.find(order.title));
      await until('the window says so', async () => blocked.test(await page.text()));
      await desk.shoot('no-pop-ups');
    });
  });
}

test('a frozen notification service holds up nothing', async () => {
  await onDesk('frozen-service', { settings: joined }, async (desk) => {
    const page = await desk.openApp();
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
    desk.dunst.child.kill('SIGSTOP');

    await send(desk.hub, order);
    await until('the line is in the window', () => page.find(order.title), 2_000);
    await until('the window says that pop-ups fail', async () => blocked.test(await page.text()));

    desk.dunst.child.kill('SIGCONT');
    await send(desk.hub, { ...order, title: 'Nouvelle commande ORD-46' });
    await until('all is well again', async () => !blocked.test(await page.text()));
  });
});

test('an app that cannot start says why in a pop-up, in one line of its log, and touches nothing', async () => {
  await onDesk('cannot-start', { settings: joined }, async (desk) => {
    const history = join(desk.data, 'history.sqlite');
    writeFileSync(history, 'the accounts of 2019, not a history');

    const app = desk.runApp();
    assert.equal((await app.ended).code, 1);

    const [toast] = await until('a pop-up says so', () => desk.toasts().length && desk.toasts());
    assert.equal(toast.title, 'ChapFood Notifications cannot start');
    assert.match(toast.body, /history\.sqlite/, 'it names the file');
    assert.equal(app.out.match(/ERROR/g).length, 1, app.out);
    assert.equal(readFileSync(history, 'utf8'), 'the accounts of 2019, not a history');
  });
});

test('starting with the computer follows the setting, and settings are kept twice', async () => {
  await onDesk('autostart', { settings: joined }, async (desk) => {
    const page = await desk.openApp();
    await until('the page is there', () => page.find('commandes'));
    const entries = join(desk.home, '.config/autostart');
    const entry = () => existsSync(entries) && readdirSync(entries)[0];
    const choose = (autostart) => page.run(
      'window.__TAURI_INTERNALS__.invoke("station", { command: { do: "changeSettings", change: arguments[0] } })',
      { autostart },
    );

    await choose(true);
    const name = await until('the system has an entry', entry);
    assert.match(readFileSync(join(entries, name), 'utf8'), /^Exec=.*chapfood-notifications.* --hidden$/m);
    const kept = ['settings.json', 'settings.copy.json'].map((file) => readFileSync(join(desk.data, file), 'utf8'));
    assert.ok(kept.every((text) => JSON.parse(text).settings.autostart), 'in both files');

    await choose(false);
    await until('the entry is gone', () => !entry());
  });
});

test('half a settings file costs nothing', async () => {
  await onDesk('half-settings', { settings: joined }, async (desk) => {
    const file = join(desk.data, 'settings.json');
    writeFileSync(join(desk.data, 'settings.copy.json'), JSON.stringify({ settings: { ...joined, channels: ['bar'] } }));
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));

    const app = desk.runApp('--hidden');
    await until('the channel of the whole copy is joined', () => members(desk.hub, 'bar'));
    assert.equal(await members(desk.hub, 'commandes'), 0, 'the defaults are not');
    await app.end();
  });
});

test('a page whose process dies is replaced', async () => {
  await onDesk('page-dies', { settings: joined }, async (desk) => {
    const app = desk.runApp();
    const page = await until('the page runs', () => webProcess(app.pid));
    await desk.shoot('before');
    process.kill(page, 'SIGKILL');
    await until('another page runs', () => ![undefined, page].includes(webProcess(app.pid)));
    await until('in a window', () => desk.windows().length === 1);
    await desk.shoot('after');
    assert.ok(await members(desk.hub, 'commandes'), 'the station heard nothing of it');
  });
});

test('a second start brings the first to the front, and ends', async () => {
  await onDesk('second-start', { settings: joined }, async (desk) => {
    desk.runApp('--hidden');
    await until('the hub answers', () => members(desk.hub, 'commandes'));
    assert.deepEqual(desk.windows(), [], 'a hidden start shows no window');

    const second = desk.runApp();

    const window = await until('the first shows its window', () => desk.windows()[0]);
    assert.equal((await second.ended).code, 0, 'the second hands over and ends');
    await until('it is in front', () => desk.call('xdotool', ['getactivewindow']).trim() === window);
  });
});

test('a start while the app is ending ends in an app that runs', async () => {
  await onDesk('start-while-ending', { settings: joined }, async (desk) => {
    const first = desk.runApp('--hidden');
    await until('the hub answers', () => members(desk.hub, 'commandes'));
    first.child.kill('SIGTERM');
    const second = desk.runApp('--hidden');
    await first.ended;
    await until('the hub answers again', () => members(desk.hub, 'commandes'));
    const [heir] = runningApps(desk);
    assert.ok(heir, 'either the second start went on, or the first started again');
    process.kill(heir, 'SIGTERM');
    await until('and that ends in order', () => runningApps(desk).length === 0);
    await second.ended;
  });
});

test('SIGTERM stops the hub and the station in order', async () => {
  await onDesk('sigterm', { settings: joined }, async (desk) => {
    const app = desk.runApp('--hidden');
    await until('the hub answers', () => members(desk.hub, 'commandes'));
    const begun = Date.now();
    app.child.kill('SIGTERM');
    const { code, signal } = await app.ended;
    assert.equal(signal, null, 'it ends by itself, not by the signal');
    assert.equal(code, 0);
    assert.ok(Date.now() - begun < 5_000, `within 5 s, not ${Date.now() - begun} ms`);
    assert.doesNotMatch(app.out, /panicked/);

    const again = desk.runApp('--hidden');
    await until('a start right after finds all as it was', () => members(desk.hub, 'commandes'));
    await again.end();
  });
});

test('without a tray the window is minimised and says so', async () => {
  await onDesk('no-tray', { settings: joined }, async (desk) => {
    const app = desk.runApp();
    const window = await until('the window is there', () => desk.windows()[0]);
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
    // A click on a title bar that the window manager is still drawing goes nowhere: click until it counts.
    await until('it is minimised', () => {
      if (desk.call('xprop', ['-id', window, 'WM_STATE']).includes('Iconic')) return true;
      desk.close(window);
      return false;
    });
    assert.match(desk.call('xdotool', ['getwindowname', window]), /sans zone de notification/);
    assert.ok(alive(app.pid), 'the app goes on');

    desk.runApp();
    await until('a second start brings it back', () =>
      desk.call('xprop', ['-id', window, 'WM_STATE']).includes('Normal'),
    );
    await until('the title is its own again', () =>
      desk.call('xdotool', ['getwindowname', window]).trim() === 'ChapFood Notifications',
    );
  });
});
