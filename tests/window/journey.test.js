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

test('the window is locked to its own pages and to its one command', async () => {
  await onDesk('locked', { settings: joined }, async (desk) => {
    const page = await desk.openApp();
    await until('the page is there', () => page.find('commandes'));
    const attempt = (script) => page.run(`return (async () => { ${script} })().then(String, (no) => 'no: ' + no)`);
    const invoke = 'window.__TAURI_INTERNALS__.invoke';

    assert.match(await attempt(`return (await ${invoke}('station', { command: { do: 'snapshot' } })).host`), /desktop/);
    for (const command of [
      'plugin:store|load', 'plugin:autostart|enable', 'plugin:event|emit', 'plugin:window|create',
      'plugin:webview|create_webview_window', 'plugin:app|version',
    ]) {
      assert.match(await attempt(`return ${invoke}('${command}', { path: 'x', event: 'x' })`), /^no: .*not allowed/, command);
    }
    assert.equal(await page.run('return typeof window.__TAURI__'), 'undefined', 'no global door');
    assert.match(await attempt(`return fetch('${desk.hub}/health')`), /^no: /, 'the page speaks to nobody else');
    assert.match(await attempt('return eval("1")'), /^no: /, 'nothing is run that was not built');
    await page.run(`window.open('${desk.hub}'); location.href = '${desk.hub}'`);
    await page.painted();
    assert.ok(await page.find('commandes'), 'it stays where it is');
    assert.equal(desk.windows().length, 1, 'alone');
  });
});
