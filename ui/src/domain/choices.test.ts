import { expect, test } from 'vitest';
import type { Command, Settings } from '../host/host';
import { FakeHost, fault, settle, snapshot } from '../testing/fake-host';
import { CHANNEL, settings } from '../testing/sample';
import { Choices } from './choices';
import { Station } from './station.svelte';

/** A station that keeps what it is told, and says so in its answer but not yet in a snapshot. */
async function made(): Promise<{ host: FakeHost; choices: Choices; kept: () => Settings }> {
  const host = new FakeHost();
  let kept = settings({ people: ['Alice'] });
  host.answer = (command: Command) => {
    if (command.do === 'snapshot') return snapshot({ settings: kept });
    if (command.do !== 'changeSettings') return null;
    const { language: _, preferences, ...change } = command.change;
    kept = { ...kept, ...change, preferences: { ...kept.preferences, ...preferences } };
    return kept;
  };
  const station = new Station(host);
  const choices = new Choices(station);
  station.start();
  host.open();
  await settle();
  return { host, choices, kept: () => kept };
}

test('of two quick changes to one channel, neither undoes the other', async () => {
  const { choices, kept } = await made();
  void choices.prefer('cuisine', () => ({ popup: false }));
  await choices.prefer('cuisine', () => ({ ring: false }));
  expect(kept().preferences).toEqual({ cuisine: { ...CHANNEL, popup: false, ring: false } });
});

test('a change builds on the answer to the one before, while no snapshot has told of it', async () => {
  const { choices, kept } = await made();
  await choices.change(({ people }) => ({ people: [...people, 'Bruno'] }));
  await choices.change(({ people }) => ({ people: [...people, 'Chloé'] }));
  expect(kept().people).toEqual(['Alice', 'Bruno', 'Chloé']);
});

test('a snapshot says what was changed elsewhere', async () => {
  const { host, choices, kept } = await made();
  await choices.change(() => ({ people: ['Bruno'] }));
  host.emit({ event: 'snapshot', snapshot: snapshot({ settings: settings({ people: ['Awa'] }) }) });
  await choices.change(({ people }) => ({ people: [...people, 'Chloé'] }));
  expect(kept().people).toEqual(['Awa', 'Chloé']);
});

test('a station that comes back says what was changed meanwhile', async () => {
  const { host, choices, kept } = await made();
  await choices.change(() => ({ people: ['Bruno'] }));
  const answer = host.answer;
  host.lose();
  host.answer = (command) =>
    command.do === 'snapshot' ? snapshot({ settings: settings({ people: ['Awa'] }) }) : answer(command);
  host.open();
  await settle();
  await choices.change(({ people }) => ({ people: [...people, 'Chloé'] }));
  expect(kept().people).toEqual(['Awa', 'Chloé']);
});

test('a change that is refused fails alone', async () => {
  const { host, choices, kept } = await made();
  const answer = host.answer;
  let refused = false;
  host.answer = (command) => {
    if (command.do !== 'changeSettings' || refused) return answer(command);
    refused = true;
    return Promise.reject(fault('storage'));
  };
  const first = choices.prefer('cuisine', () => ({ popup: false }));
  const second = choices.prefer('cuisine', () => ({ ring: false }));
  await expect(first).rejects.toMatchObject({ code: 'storage' });
  await second;
  expect(kept().preferences['cuisine']).toEqual({ ...CHANNEL, ring: false });
});

test('broadcasts start from their own standard', async () => {
  const { choices, kept } = await made();
  await choices.prefer('', () => ({ sound: 'none' }));
  expect(kept().preferences['']).toMatchObject({ expects: false, ring: false, sound: 'none' });
});
