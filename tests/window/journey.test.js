// The main job, end to end: an order event becomes a pop-up and a line in the history.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { onDesk } from './support/desk.js';
import { until } from './support/processes.js';
import { members, order, send } from './support/sender.js';

const joined = { language: 'fr', theme: 'light', username: 'Alice', userId: 'user_42', channels: ['commandes'] };

test('an order becomes a pop-up, a line in the window, and fields when opened', async () => {
  await onDesk('journey', { settings: joined }, async (desk) => {
    const page = await desk.openApp();
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));

    await send(desk.hub, order);

    const [toast] = await until('a pop-up is asked for', () => desk.toasts().length && desk.toasts());
    assert.equal(toast.title, order.title, 'the title is the sender’s own');
    assert.equal(toast.body, `${order.message}\n#commandes, Caisse 1`, 'message, then where it comes from');
    const row = await until('the line is in the window', () => page.find(order.title));
    await until('one is unread', async () => /Non lues\s*1/.test(await page.text()));
    await until('dunst shows it', () => desk.call('dunstctl', ['count', 'displayed']).trim() === '1');
    await desk.shoot('1-toast-and-row');

    await page.click(row);
    await until('the data shows as fields', () => page.find('Awa Diop'));
    await desk.shoot('2-opened');
    await until('nothing is unread once it was read', async () => !/Non lues\s*1/.test(await page.text()));
    writeFileSync(join(desk.folder, '3-read.png'), await page.picture(), 'base64');
  });
});

test('a click on the pop-up opens the notification', async () => {
  await onDesk('toast-click', { settings: joined }, async (desk) => {
    const page = await desk.openApp();
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
    await send(desk.hub, order);
    await until('dunst shows it', () => desk.call('dunstctl', ['count', 'displayed']).trim() === '1');
    assert.equal(await page.find('Awa Diop'), null, 'nothing is open before the click');

    // The click may come before the app has subscribed to it: a person is slower than this test.
    await until('the detail opens', async () => {
      desk.call('dunstctl', ['action', '0']);
      return page.find('Awa Diop');
    });
    await desk.shoot('opened-by-the-pop-up');
  });
});

test('hostile words are text in the pop-up and in the window', async () => {
  await onDesk('hostile', { settings: joined }, async (desk) => {
    const page = await desk.openApp();
    await until('the station has joined its channel', () => members(desk.hub, 'commandes'));
    const title = '<img src=x onerror="document.title=\'owned\'"> & <b>gras</b>';
    const message = 'moins de <5 et >3 \u0000\u001b[31m <script>document.title="owned"</script> &amp;';
    await send(desk.hub, { ...order, type: 'error', title, message });

    const [toast] = await until('a pop-up is asked for', () => desk.toasts().length && desk.toasts());
    assert.equal(toast.title, `Erreur\u00a0: ${title}`, 'a title is never markup');
    assert.match(toast.body, /moins de &lt;5 et &gt;3 +\[31m &lt;script&gt;/, 'a body is escaped for dunst');
    assert.match(toast.body, /&amp;amp;/, 'also what looks escaped already');
    assert.equal(toast.urgency, 2, 'an error is critical');
    await until('dunst shows it', () => desk.call('dunstctl', ['count', 'displayed']).trim() === '1');

    const row = await until('the words are in the window', () => page.find('onerror'));
    await page.click(row);
    await until('the message is in the detail', () => page.find('moins de <5 et >3'));
    await desk.shoot('hostile');
    const found = await page.run(`return {
      title: document.title,
      made: document.querySelectorAll('img[src="x"], main script').length,
    }`);
    assert.notEqual(found.title, 'owned', 'nothing ran');
    assert.equal(found.made, 0, 'nothing of it became an element');
  });
});
