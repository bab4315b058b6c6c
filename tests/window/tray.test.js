// The icon in the tray and its menu, read and used over the bus as a panel does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onDesk } from './support/desk.js';
import { alive, memory, until } from './support/processes.js';
import { listen, members, order, send } from './support/sender.js';
import { TrayHost } from './support/tray-host.js';

const joined = { language: 'fr', username: 'Alice', userId: 'user_42', channels: ['commandes'] };

/** A page of the real window, as a person reads it. */
const shows = (page, text) => async () => (await page.text()).includes(text);

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

test('each line of the menu leads where it says', async () => {
  await onDesk('tray-lines', { settings: { ...joined, theme: 'light' } }, async (desk) => {
    const tray = await TrayHost.start(desk);
    const page = await desk.openApp();
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
    const lines = (await tray.menu()).map(({ text }) => text);
    for (const line of [
      '0 à traiter', '0 non lue', 'Ouvrir ChapFood Notifications', 'Affichage mural', 'Envoyer une notification…',
      'Ne pas déranger', 'Pendant 1\u00a0h', 'Réglages…',
    ]) {
      assert.ok(lines.includes(line), `${line} is in ${lines.join(' | ')}`);
    }
    await tray.choose('Réglages');
    await until('the settings', shows(page, 'Langue'));
    await tray.choose('Envoyer une notification');
    await until('the form', shows(page, 'Aperçu de la bulle'));

    await send(desk.hub, { ...order, title: 'R&D_1 <b>gras</b>' });
    const told = 'R&D_1 <b>gras</b>, #commandes';
    await until('what just came is listed, as it was written', async () =>
      (await tray.menu()).some(({ text }) => text === told),
    );
    await tray.choose(told);
    await until('its detail opens', shows(page, 'Awa Diop'));
    tray.stop();
  });
});

test('not to be disturbed is chosen in the tray, shows in its icon, and is ended there', async () => {
  await onDesk('tray-quiet', { settings: joined }, async (desk) => {
    const tray = await TrayHost.start(desk);
    desk.runApp('--hidden');
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
    const says = (start) => async () => (await tray.menu()).some(({ text }) => text.startsWith(start));
    const calm = await until('the icon of a computer that is connected', async () => {
      const connected = (await tray.menu())[0].text.startsWith('Connecté');
      return connected && tray.icon();
    });

    await tray.choose('Pendant 1\u00a0h');
    await until('the menu says until when', says('Ne pas déranger jusqu’à '));
    assert.notEqual(await tray.icon(), calm, 'the icon shows it too');
    await send(desk.hub, order);
    await until('what comes is counted', says('1 non lue'));
    assert.deepEqual(desk.toasts(), [], 'and disturbs nobody');

    await tray.choose('Réactiver les alertes');
    await until('the menu is as before', async () => !(await says('Réactiver')()));
    await send(desk.hub, { ...order, title: 'Nouvelle commande ORD-46' });
    await until('what comes now pops up', () => desk.toasts().some(({ title }) => title.endsWith('ORD-46')));
    tray.stop();
  });
});

test('quitting asks first while others listen to the hub of this computer, also without a window', async () => {
  await onDesk('tray-quit', { settings: joined }, async (desk) => {
    const tray = await TrayHost.start(desk);
    const app = desk.runApp('--hidden');
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
    const leave = await listen(desk.hub, 'commandes');
    await until('the menu says that the hub stops', async () => (await tray.menu()).at(-1).text.includes('arrêter le hub'));

    await tray.choose('Quitter et arrêter le hub…');
    await until('a window is made for the question', () => desk.windows().length === 1);
    await desk.shoot('asked');
    assert.ok(alive(app.pid), 'nobody is cut off without an answer');

    leave();
    await until('nobody else is connected any more', async () => (await tray.menu()).at(-1).text === 'Quitter');
    await tray.choose('Quitter');
    assert.equal((await app.ended).code, 0);
    tray.stop();
  });
});

test('the answer that the window gives ends the app in order', async () => {
  await onDesk('quit-confirmed', { settings: joined }, async (desk) => {
    const page = await desk.openApp();
    await until('the page is there', () => page.find('commandes'));
    // The app may be gone before it has answered.
    void page.run('window.__TAURI_INTERNALS__.invoke("station", { command: { do: "quit" } })').catch(() => {});
    await until('the app has ended', () => !alive(desk.appPid), 8_000);
  });
});
