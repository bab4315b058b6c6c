// What a person does with a pop-up, and what becomes of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appPath, onDesk } from './support/desk.js';
import { Logind } from './support/logind.js';
import { until } from './support/processes.js';
import { ScreenSaver } from './support/screen-saver.js';
import { members, order, send } from './support/sender.js';

const joined = { language: 'fr', theme: 'light', username: 'Alice', userId: 'user_42', channels: ['commandes'] };
const bob = { ...joined, username: 'Bob', userId: 'user_43' };

test('an order taken on its pop-up shows as taken, without a window that gets in the way', async () => {
  await onDesk('toast-take', { settings: joined }, async (desk) => {
    desk.runApp('--hidden');
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
    await onDesk('toast-take-other', { settings: bob, hub: desk.hub }, async (other) => {
      const page = await other.openApp();
      await until('both listen', async () => (await members(desk.hub, 'commandes')) === 2);

      await send(desk.hub, order);
      await until('it pops up on both', () => desk.displayed() === 1 && other.displayed() === 1);
      const [toast] = await until('it was asked for', () => desk.toasts().length && desk.toasts());
      assert.deepEqual(toast.actions, ['default', 'Ouvrir', 'take', 'Prendre en charge', 'open', 'Ouvrir']);

      // The press may come before the app has subscribed to it: a person is slower than this test.
      await until('the other computer knows who has it', async () => {
        if (desk.displayed() === 1) desk.press('take');
        return /Pris en charge par Alice|Alice, /.test(await page.text());
      });
      await until('the pop-up is taken back there', () => other.displayed() === 0);
      assert.equal(desk.displayed(), 0, 'and gone here');
      assert.deepEqual(desk.windows(), [], 'taking opens nothing');
    });
  });
});

test('a pop-up’s own button opens the order, in a window that is made for it', async () => {
  await onDesk('toast-open', { settings: joined }, async (desk) => {
    desk.runApp('--hidden');
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
    await send(desk.hub, order);
    await until('dunst shows it', () => desk.displayed() === 1);
    await until('there is a window', () => {
      if (desk.displayed() === 1) desk.press('open');
      return desk.windows().length === 1;
    });
    await desk.shoot('opened');
  });
});

for (const [who, Locker] of [['the screen saver', ScreenSaver], ['the system', Logind]]) {
  test(`while ${who} says that the screen is locked, a pop-up names the channel and nothing else`, async () => {
    await onDesk(`locked-by-${who.split(' ').at(-1)}`, { settings: joined }, async (desk) => {
      const locker = await Locker.start(desk);
      const app = desk.start(appPath, desk.args('--hidden'), {
        CHAPFOOD_LOG: 'info,chapfood_notifications=debug',
        DBUS_SYSTEM_BUS_ADDRESS: desk.env.DBUS_SESSION_BUS_ADDRESS,
      });
      await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
      locker.lock(true);
      await until('the app has heard of it', () => app.out.includes('locked=true'));
      await send(desk.hub, order);
      const [hidden] = await until('a pop-up is asked for', () => desk.toasts().length && desk.toasts());
      assert.equal(`${hidden.title} ${hidden.body}`.trim(), 'Nouvelle notification sur #commandes');
      assert.deepEqual(hidden.actions, [], 'a stranger presses nothing');

      locker.lock(false);
      await until('the app has heard of it', () => app.out.includes('locked=false'));
      await send(desk.hub, { ...order, title: 'Nouvelle commande ORD-46' });
      const [, open] = await until('another one', () => desk.toasts().length === 2 && desk.toasts());
      assert.equal(open.title, 'Nouvelle commande ORD-46');
      locker.stop();
    });
  });
}

test('a screen saver that dies while the screen is locked hides nothing for ever', async () => {
  await onDesk('locker-dies', { settings: joined }, async (desk) => {
    const saver = await ScreenSaver.start(desk);
    const app = desk.start(appPath, desk.args('--hidden'), { CHAPFOOD_LOG: 'info,chapfood_notifications=debug' });
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
    saver.lock(true);
    await until('the app has heard of it', () => app.out.includes('locked=true'));
    saver.stop();
    await until('the app takes the screen for open', () => app.out.includes('locked=false'));
  });
});

test('do not disturb holds pop-ups back, also that of an error', async () => {
  const quiet = { ...joined, doNotDisturb: { state: 'on' } };
  await onDesk('do-not-disturb', { settings: quiet }, async (desk) => {
    const page = await desk.openApp();
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
    await send(desk.hub, { ...order, type: 'error' });
    await until('it is in the history', () => page.find(order.title));
    const told = await page.run(
      'return window.__TAURI_INTERNALS__.invoke("station", { command: { do: "doNotDisturb", choice: "off" } })',
    );
    assert.equal(told, null);
    await send(desk.hub, { ...order, title: 'Nouvelle commande ORD-46' });
    await until('what comes afterwards pops up', () => desk.toasts().some(({ title }) => title.endsWith('ORD-46')));
    assert.ok(!desk.toasts().some(({ title }) => title.includes('ORD-45')), 'what came before did not');
  });
});
