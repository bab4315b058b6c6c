import { beforeEach, expect, test } from 'vitest';
import { fault, FakeHost, queued, snapshot } from '../testing/fake-host';
import type { Snapshot } from '../host/host';
import { SendForm } from './send.svelte';
import { Station } from './station.svelte';

let host: FakeHost;
let form: SendForm;

beforeEach(() => {
  host = new FakeHost();
  const station = new Station(host);
  form = new SendForm(station);
  station.start();
  host.answer = () => ({ outcome: 'confirmed', id: 'n_1', subscribers: 4 });
  form.title = 'Rupture de poulet braisé';
  form.message = 'Proposer le poisson.';
});

test('a confirmed send clears the form and says how many got it', async () => {
  form.dataText = '{"ref": "POULET-BR"}';
  form.channel = 'cuisine';
  await form.send();
  expect(host.asked('send')[0]?.draft).toEqual({
    channel: 'cuisine',
    type: 'info',
    title: 'Rupture de poulet braisé',
    message: 'Proposer le poisson.',
    data: { ref: 'POULET-BR' },
  });
  expect(form.outcome).toEqual({ is: 'sent', subscribers: 4 });
  expect(form.empty).toBe(true);
});

test('the hub’s words stand at their fields, after a sentence of ours', async () => {
  host.answer = () => ({
    outcome: 'refused',
    errors: [
      "Le champ 'title' est obligatoire",
      "Le champ 'message' dépasse 4000 caractères",
      "Le champ 'data' doit être un objet",
    ],
    codes: ['title_required', 'message_too_long', 'data_not_object'],
  });
  await form.send();
  expect(form.problems).toEqual([
    { field: 'title', sentence: 'send.err.title_required', hubWords: "Le champ 'title' est obligatoire" },
    { field: 'message', sentence: 'send.err.too_long', hubWords: "Le champ 'message' dépasse 4000 caractères" },
    { field: 'data', sentence: 'send.err.data_object', hubWords: "Le champ 'data' doit être un objet" },
  ]);
  expect(form.title, 'nothing typed is lost').toBe('Rupture de poulet braisé');
});

test('the words of a hub without codes are shown all the same', async () => {
  host.answer = () => ({ outcome: 'refused', errors: ['Non.'], codes: [] });
  await form.send();
  expect(form.problemsOf(null)).toEqual([{ field: null, sentence: 'send.err.refused', hubWords: 'Non.' }]);
});

test('data that is no JSON is not sent, and the place is named', async () => {
  form.dataText = '{\n  "ref": "ORD-45,\n}';
  await form.send();
  expect(host.received).toEqual([]);
  expect(form.problems).toEqual([expect.objectContaining({ field: 'data', values: { line: 2, col: 10 } })]);
});

test('pressing twice sends once', async () => {
  let answer: (value: unknown) => void = () => {};
  host.answer = () => new Promise((resolve) => (answer = resolve));
  const first = form.send();
  const second = form.send();
  expect(form.busy).toBe(true);
  answer({ outcome: 'confirmed', id: 'n_1', subscribers: null });
  await Promise.all([first, second]);
  expect(host.asked('send')).toHaveLength(1);
  expect(form.busy).toBe(false);
});

test.each(['outbox_full', 'storage'] as const)('a fault %s is told apart, and keeps the draft', async (code) => {
  host.answer = () => Promise.reject(fault(code));
  await form.send();
  expect(form.outcome).toEqual({ is: 'failed', fault: code });
  expect(form.message).toBe('Proposer le poisson.');
});

test('a station that does not answer at all keeps the draft', async () => {
  host.answer = () => Promise.reject(new TypeError('fetch failed'));
  await form.send();
  expect(form.outcome).toEqual({ is: 'failed', fault: 'station' });
  expect(form.title).toBe('Rupture de poulet braisé');
});

const OFFLINE: Snapshot['link'] = { state: 'offline', nextAt: 0, since: 0 };

function say(change: Partial<Snapshot>): void {
  host.emit({ event: 'snapshot', snapshot: snapshot(change) });
}

async function sendOffline(): Promise<void> {
  host.answer = () => ({ outcome: 'queued', number: 7 });
  await form.send();
}

test('a send that waits for the hub empties the form: the text is safe', async () => {
  await sendOffline();
  expect(form.outcome).toEqual({ is: 'queued', number: 7, listed: false });
  expect(form.empty).toBe(true);
  expect(form.problems).toEqual([]);
});

test('it is said to wait until it has left the outbox, then to be sent', async () => {
  await sendOffline();
  say({ link: OFFLINE });
  expect(form.outcome, 'an event from before the send proves nothing').toMatchObject({ is: 'queued' });
  say({ link: OFFLINE, outbox: { count: 1, drafts: [queued(7)] } });
  expect(form.outcome).toMatchObject({ is: 'queued' });
  say({ outbox: { count: 0, drafts: [] } });
  expect(form.outcome).toEqual({ is: 'sent', subscribers: null });
});

test('what the hub refuses later is no longer said to wait', async () => {
  await sendOffline();
  say({ outbox: { count: 1, drafts: [queued(7, { refused: ['Non.'] })] } });
  expect(form.outcome).toBeNull();
});
