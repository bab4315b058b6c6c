import { beforeEach, expect, test } from 'vitest';
import { fault, FakeHost } from '../testing/fake-host';
import { SendForm } from './send.svelte';
import { Station } from './station.svelte';

let host: FakeHost;
let form: SendForm;

beforeEach(() => {
  host = new FakeHost();
  form = new SendForm(new Station(host));
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
  expect(form.outcome).toEqual({ is: 'confirmed', id: 'n_1', subscribers: 4 });
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

test.each(['not_connected', 'unconfirmed'] as const)('a fault %s keeps the draft and is told apart', async (code) => {
  host.answer = () => Promise.reject(fault(code));
  await form.send();
  expect(form.outcome).toEqual({ is: code });
  expect(form.message).toBe('Proposer le poisson.');
});
