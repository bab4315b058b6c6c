import { beforeEach, expect, test } from 'vitest';
import type { Draft, QueuedDraft } from '../host/host';
import { fault, FakeHost, queued, settle, snapshot } from '../testing/fake-host';
import { SendQueue } from './send-queue.svelte';
import { SendForm } from './send.svelte';
import { Station } from './station.svelte';

const DRAFT: Draft = {
  channel: 'cuisine',
  type: 'warning',
  title: 'Rupture de poulet',
  message: 'Proposer le poisson.',
  data: { ref: 'POULET-BR' },
};

let host: FakeHost;
let form: SendForm;
let queue: SendQueue;
let refusals: number;
let answerSend: () => unknown;

function hold(drafts: QueuedDraft[], count = drafts.length): void {
  host.emit({ event: 'snapshot', snapshot: snapshot({ outbox: { count, drafts } }) });
}

beforeEach(async () => {
  host = new FakeHost();
  const station = new Station(host);
  form = new SendForm(station);
  queue = new SendQueue(station, form);
  refusals = 0;
  queue.onRefused = () => (refusals += 1);
  answerSend = () => ({ outcome: 'queued', number: 9 });
  host.answer = ({ do: what }) => {
    if (what === 'unqueue') return DRAFT;
    return what === 'send' ? answerSend() : snapshot({ outbox: { count: 1, drafts: [queued(1)] } });
  };
  station.start();
  host.open();
  await settle();
});

test('what waits and what was refused are told apart', () => {
  hold([queued(1), queued(2, { refused: ['Non.'] }), queued(3)], 4);
  expect(queue.waiting.map(({ number }) => number)).toEqual([1, 3]);
  expect(queue.refused.map(({ number }) => number)).toEqual([2]);
  expect(queue.size).toBe(3);
  expect(queue.pending, 'and one that a person takes').toBe(3);
});

test('beyond fifty only their number is known', () => {
  const drafts = Array.from({ length: 50 }, (_, at) => queued(at));
  hold(drafts, 62);
  expect(queue.unlisted).toBe(12);
  expect(queue.size).toBe(62);
});

test('what a person takes waits too, but is no draft', () => {
  hold([queued(1)], 4);
  expect(queue.unlisted).toBe(0);
  expect(queue.size).toBe(1);
});

test('a draft taken back is in the form as it was typed', async () => {
  expect(await queue.edit(queued(1))).toBe(true);
  expect(host.asked('unqueue')).toEqual([{ do: 'unqueue', number: 1 }]);
  expect(form).toMatchObject({
    channel: 'cuisine',
    type: 'warning',
    title: 'Rupture de poulet',
    message: 'Proposer le poisson.',
    dataText: '{\n  "ref": "POULET-BR"\n}',
    problems: [],
  });
});

test('a draft that could not stay brings along why', async () => {
  await queue.edit(queued(1, { refused: ['Canal fermé'] }));
  expect(form.outcome).toEqual({ is: 'returned', words: ['Canal fermé'] });
});

test('a draft never overwrites what is being typed', async () => {
  form.message = 'autre chose';
  expect(await queue.edit(queued(1))).toBe(false);
  expect(form.message).toBe('autre chose');
  expect(host.asked('unqueue'), 'it stays in the outbox').toEqual([]);
});

test('a draft that has gone meanwhile cannot be taken back', async () => {
  host.answer = () => Promise.reject(fault('already_sent'));
  await expect(queue.edit(queued(1))).rejects.toMatchObject({ code: 'already_sent' });
  expect(form.empty).toBe(true);
});

test('what is withdrawn is not said to be sent', async () => {
  form.outcome = { is: 'queued', number: 1, listed: true };
  await queue.withdraw(queued(1));
  hold([]);
  expect(form.outcome).toBeNull();
});

test('a withdrawal can be undone', async () => {
  const putBack = await queue.withdraw(queued(1));
  expect(await putBack()).toEqual([]);
  expect(host.asked('send')).toEqual([{ do: 'send', draft: DRAFT }]);
  expect(form.empty).toBe(true);
});

test('what cannot be put back is in the form', async () => {
  const putBack = await queue.withdraw(queued(1));
  answerSend = () => Promise.reject(fault('outbox_full'));
  await expect(putBack()).rejects.toMatchObject({ code: 'outbox_full' });
  expect(form.title).toBe('Rupture de poulet');

  form.clear();
  answerSend = () => ({ outcome: 'refused', errors: ['Non.'], codes: [] });
  expect(await putBack()).toEqual(['Non.']);
  expect(form.title).toBe('Rupture de poulet');
  expect(form.outcome).toEqual({ is: 'returned', words: ['Non.'] });
});

test('a refusal that comes later is said once', () => {
  hold([queued(1)]);
  expect(refusals).toBe(0);
  hold([queued(1, { refused: ['Non.'] })]);
  hold([queued(1, { refused: ['Non.'] })]);
  expect(refusals).toBe(1);
});

test('a refusal from before the window opened is listed, not said again', async () => {
  const station = new Station(host);
  const later = new SendQueue(station, form);
  later.onRefused = () => (refusals += 1);
  host.answer = () => snapshot({ outbox: { count: 1, drafts: [queued(1, { refused: ['Non.'] })] } });
  station.start();
  host.open();
  await settle();
  expect(later.refused).toHaveLength(1);
  expect(refusals).toBe(0);
});
