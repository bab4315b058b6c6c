// Nothing that came over the wire is taken for markup, a link or a command: a hundred texts, each as title,
// message, data, sender and channel, through the real hub into the real window and the real pop-ups.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { onDesk } from './support/desk.js';
import { payloads } from './support/hostile.js';
import { alive, until } from './support/processes.js';
import { members, order, send } from './support/sender.js';

const settings = { language: 'fr', theme: 'light', username: 'Alice', userId: 'user_42' };

/** A server that nobody may ask for anything. */
async function setTrap() {
  const trap = http.createServer((request, answer) => {
    trap.asked.push(request.url);
    answer.end();
  });
  trap.asked = [];
  await new Promise((resolve) => trap.listen(0, '127.0.0.1', resolve));
  trap.address = `http://127.0.0.1:${trap.address().port}`;
  return trap;
}

/** The text as one line of a pop-up: characters that are kept for a program's own use are not sent to another. */
function oneLine(text) {
  const spaced = text.replace(/\p{White_Space}/gu, ' ').replace(/\p{Cc}|\p{Bidi_Control}/gu, '');
  return spaced.replace(/\p{Noncharacter_Code_Point}/gu, '\ufffd').replace(/^ +| +$/g, '');
}

/** The first two lines of a message, as a pop-up shows them before it says where they come from. */
function excerpt(message) {
  const lines = message.split(/[\n\r]/).map(oneLine).filter(Boolean);
  const text = lines.slice(0, 2).join('\n');
  return lines.length > 2 ? `${text}…` : text;
}

/** What a person reads of a text with dunst's markup. */
const unescaped = (text) =>
  text.replace(/&(lt|gt|amp|quot|apos|#39);/g, (_, name) => ({ lt: '<', gt: '>', amp: '&', quot: '"' })[name] ?? "'");

/** Collects in the page what kinds of elements, and which handlers, are ever made there. */
const WATCH = `
  window.made = { tags: [], handlers: [], links: [] };
  const note = (element) => {
    if (!window.made.tags.includes(element.localName)) window.made.tags.push(element.localName);
    for (const { name, value } of element.attributes) {
      if (name.startsWith('on')) window.made.handlers.push(name);
      if (/^(href|src|xlink:href|action|formaction|data)$/.test(name)) window.made.links.push(value);
    }
  };
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) {
      if (node.nodeType !== 1) continue;
      note(node);
      node.querySelectorAll('*').forEach(note);
    }
  }).observe(document, { childList: true, subtree: true });`;

/** Whether there are visible elements with exactly each of these texts. */
const SHOWN = `
  const texts = new Set([...document.querySelectorAll('main *, [role="main"] *')]
    .filter((one) => one.checkVisibility()).map((one) => one.textContent));
  return arguments[0].filter((text) => !texts.has(text));`;

/** Opens the row with exactly this title. */
const OPEN = `
  const titled = [...document.querySelectorAll('main *')].filter((one) => one.textContent === arguments[0]);
  const row = titled.map((one) => one.closest('[data-id], .row, li, a, button')).find(Boolean);
  row?.click();
  return Boolean(row);`;

test('a hundred hostile texts stay texts, in the window and in the pop-ups', async (t) => {
  const trap = await setTrap();
  t.after(() => trap.close());
  const texts = payloads(trap.address);
  assert.equal(new Set(texts).size, 100);
  // A channel's name is shorter, and has no control characters: the hub refuses those.
  const named = texts.map((text, number) => `${number} ${text.replace(/\p{Cc}/gu, '')}`.slice(0, 100));
  const channels = ['commandes', ...named.map((name) => name.toWellFormed())];

  await onDesk('hundred-hostile', { settings: { ...settings, channels } }, async (desk) => {
    const page = await desk.openApp();
    await until('the station has joined its channels', async () => (await members(desk.hub, channels.at(-1))) === 1);
    await page.run(WATCH);
    await send(desk.hub, order);
    const row = await until('a harmless order is in the window', () => page.find(order.title, 'main *'));
    await page.click(row);
    await until('and its data', () => page.find('Awa Diop'));
    const harmless = await page.run('return window.made.tags');
    await popupGoes(desk);

    for (const [number, text] of texts.entries()) {
      const channel = channels[number + 1];
      const title = text.slice(0, 190);
      await send(desk.hub, { channel, type: 'info', title, message: text, data: { note: text } }, { username: text });
      const sender = [...text].slice(0, 100).join('');
      await until(`text ${number} is in the list: ${text}`, () => page.run(OPEN, title));
      let missing;
      await until(`title, message, sender, channel and data of text ${number} are shown as they came`, async () => {
        missing = await page.run(SHOWN, [title, text, channel, sender]);
        return missing.length === 0;
      }).catch((error) => {
        throw new Error(`${error.message}: ${JSON.stringify(missing)}`, { cause: error });
      });
      await popupGoes(desk);
    }
    await desk.shoot('last');

    const found = await page.run('return { ...window.made, owned: window.owned, title: document.title }');
    assert.deepEqual(found.tags.filter((tag) => !harmless.includes(tag)), [], 'no element of another kind was made');
    assert.deepEqual(found.handlers, [], 'and none with a handler');
    assert.deepEqual(found.links.filter((link) => /^(javascript|data|vbscript|file|http)/i.test(link)), []);
    assert.equal(found.owned, null, 'nothing ran');
    assert.notEqual(found.title, 'owned');
    assert.deepEqual(trap.asked, [], 'nobody asked for anything');
    assert.equal(await page.run('return ({}).owned ?? null'), null, 'no prototype was changed');
    assert.ok(alive(desk.appPid), 'the app goes on');
    assert.equal(desk.windows().length, 1, 'alone');

    assert.equal(popups(desk).length, texts.length + 1);
    const shown = new Map(popups(desk).map((popup) => [popup.origin, popup]));
    for (const [number, text] of texts.entries()) {
      const sender = oneLine([...text].slice(0, 100).join(''));
      const origin = [`#${oneLine(channels[number + 1])}`, sender].filter(Boolean).join(', ');
      const message = excerpt(text);
      const popup = shown.get(origin);
      assert.ok(popup, `text ${number} has a pop-up that says where it comes from: ${origin}`);
      assert.equal(popup.title, oneLine(text.slice(0, 190)), `the title of text ${number}`);
      if ([...message].length <= 140) assert.equal(popup.message, message, `the message of text ${number}`);
    }
    assert.equal(desk.call('dunstctl', ['is-paused']).trim(), 'false', 'whoever shows pop-ups goes on too');
  });
});

/** Waits for the one pop-up, and closes it: dunst draws many long ones slowly. */
async function popupGoes(desk) {
  await until('it pops up', () => desk.displayed() === 1);
  desk.call('dunstctl', ['close-all']);
}

/** The pop-ups that dunst has shown, as it read them. */
function popups(desk) {
  const { data } = JSON.parse(desk.call('dunstctl', ['history']));
  return data.flat().map(({ summary, body }) => {
    const lines = unescaped(body.data).split('\n');
    return { title: summary.data, message: lines.slice(0, -1).join('\n'), origin: lines.at(-1) };
  });
}
