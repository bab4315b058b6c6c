// The icon in the tray and its menu, read and used over the bus as a panel does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onDesk } from './support/desk.js';
import { memory, until } from './support/processes.js';
import { members, order, send } from './support/sender.js';
import { TrayHost } from './support/tray-host.js';

const joined = { language: 'fr', username: 'Alice', userId: 'user_42', channels: ['commandes'] };

test('with a tray the window goes, the app stays, and its menu says how things are', async (t) => {
  await onDesk('tray', { settings: joined }, async (desk) => {
    const tray = await TrayHost.start(desk);
    const app = desk.runApp();
    const window = await until('the window is there', () => desk.windows()[0]);
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
    await desk.shoot('window');
    const shown = memory(app.pid);
    await until('the window is gone', () => {
      const open = desk.windows();
      try {
        if (open.includes(window)) desk.close(window);
      } catch {
        // It went between the two looks.
      }
      return open.length === 0;
    });
    await until('its memory is given back', () => memory(app.pid) < shown - 100);
    t.diagnostic(`resident: ${shown} MB with the window, ${memory(app.pid)} MB without`);

    const before = await tray.icon();
    await send(desk.hub, order);
    await until('a pop-up without a window', () => desk.toasts().length === 1);
    await until('the menu counts it', async () => (await tray.menu()).some(({ text }) => text === '1 non lue'));
    assert.notEqual(await tray.icon(), before, 'the icon shows it too');
    assert.match((await tray.menu())[0].text, /Connecté/);

    await until('a click on the pop-up makes a window', () => {
      desk.call('dunstctl', ['action', '0']);
      return desk.windows().length === 1;
    });
    await desk.shoot('window-made-by-the-pop-up');

    await until('nobody else is connected any more', async () => (await tray.menu()).at(-1).text === 'Quitter');
    await tray.choose('Quitter');
    assert.equal((await app.ended).code, 0, 'the menu ends the app in order');
    tray.stop();
  });
});
