// The view for a screen on the wall, as far as it needs a real screen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onDesk } from './support/desk.js';
import { until } from './support/processes.js';
import { ScreenSaver } from './support/screen-saver.js';
import { members } from './support/sender.js';
import { TrayHost } from './support/tray-host.js';

const joined = { language: 'fr', username: 'Alice', userId: 'user_42', channels: ['commandes'] };

/** Whether the app's only window has the whole screen. */
function fillsScreen(desk) {
  const [window, another] = desk.windows();
  if (!window || another) return false;
  const size = /-geometry (\S+)/.exec(desk.call('xwininfo', ['-id', window]))[1];
  return size.startsWith('1280x800+') && desk.call('xprop', ['-id', window, '_NET_WM_STATE']).includes('FULLSCREEN');
}

test('the tray opens the wall’s view on the whole screen, which stays on until it is closed', async () => {
  await onDesk('wall', { settings: joined }, async (desk) => {
    const saver = await ScreenSaver.start(desk);
    const tray = await TrayHost.start(desk);
    desk.runApp('--hidden');
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
    assert.deepEqual(saver.wishes, [], 'the screen may go dark before');

    await tray.choose('Affichage mural');
    await until('the view has the whole screen', () => fillsScreen(desk));
    await until('the screen stays on', () => saver.wishes.length === 1);
    assert.equal(saver.wishes[0], 'L’affichage mural est ouvert', 'and says why');
    await desk.shoot('wall');

    // By the window manager, as Alt+F4 does: there is no title bar to click.
    const [window] = desk.windows();
    await until('closing leaves the view, and nothing else', () => {
      if (!fillsScreen(desk)) return true;
      desk.call('xdotool', ['key', 'alt+F4']);
      return false;
    });
    await until('the screen may go dark again', () => saver.wishes.length === 0);
    assert.deepEqual(desk.windows(), [window], 'the window is there');
    tray.stop();
    saver.stop();
  });
});

test('a wall’s screen comes back after a restart, also of an app that starts hidden', async () => {
  await onDesk('wall-restart', { settings: { ...joined, wall: { open: true } } }, async (desk) => {
    const saver = await ScreenSaver.start(desk);
    const app = desk.runApp('--hidden');
    await until('the view has the whole screen', () => fillsScreen(desk));
    await until('the screen stays on', () => saver.wishes.length === 1);
    assert.equal((await app.end()).code, 0);

    const before = saver.wishes.length;
    desk.runApp('--hidden');
    await until('so it is after another start', () => fillsScreen(desk));
    await until('the screen stays on again', () => saver.wishes.length === before + 1);
    saver.stop();
  });
});
