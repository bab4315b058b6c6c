import { beforeEach, expect, test } from 'vitest';
import { Undo, type Step } from './undo';

let undo: Undo;
let undone: string[];

function did(words: string, change: Partial<Step> = {}): Step {
  const step: Step = {
    words,
    until: Infinity,
    undo: async () => {
      undone.push(words);
      return true;
    },
    ...change,
  };
  undo.did(step);
  return step;
}

/** What was taken back, in its words. */
async function takeBack(now: number, chosen?: Step): Promise<string | null> {
  const step = await undo.takeBack(now, chosen);
  return step === null || step === 'changed' ? step : step.words;
}

beforeEach(() => {
  undo = new Undo();
  undone = [];
});

test('the last step is taken back first, then the one before', async () => {
  did('read');
  did('deleted');
  expect(await takeBack(0)).toBe('deleted');
  expect(await takeBack(0)).toBe('read');
  expect(await takeBack(0)).toBeNull();
  expect(undone).toEqual(['deleted', 'read']);
});

test('a step of its own choice is taken back once', async () => {
  const first = did('read');
  did('deleted');
  expect(await takeBack(0, first)).toBe('read');
  expect(await takeBack(0, first)).toBeNull();
  expect(undone).toEqual(['read']);
});

test('what has stood for too long stands', async () => {
  did('read');
  const take = did('taken', { until: 10_000 });
  expect(await takeBack(10_000, take)).toBeNull();
  expect(await takeBack(10_000), 'the step before can still be').toBe('read');
});

test('two quick presses take back two steps', async () => {
  did('read');
  did('deleted');
  await Promise.all([undo.takeBack(0), undo.takeBack(0)]);
  expect(undone).toEqual(['deleted', 'read']);
});

test('what has changed meanwhile is neither taken back nor nothing', async () => {
  did('read');
  did('taken', { undo: async () => false });
  expect(await takeBack(0)).toBe('changed');
  expect(await takeBack(0), 'the step before is next').toBe('read');
});

test('a step that could not be taken back can be tried again, in its turn', async () => {
  did('read');
  let refuses = true;
  did('deleted', { undo: () => (refuses ? Promise.reject(new Error('disk')) : Promise.resolve(true)) });
  await expect(undo.takeBack(0)).rejects.toThrow('disk');
  refuses = false;
  expect(await takeBack(0)).toBe('deleted');
  expect(await takeBack(0)).toBe('read');
});

test('only the last few are kept', async () => {
  for (let at = 0; at < 30; at += 1) did(String(at));
  while (await undo.takeBack(0));
  expect(undone).toHaveLength(20);
  expect(undone.at(-1)).toBe('10');
});
