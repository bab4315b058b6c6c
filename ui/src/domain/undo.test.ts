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

beforeEach(() => {
  undo = new Undo();
  undone = [];
});

test('the last step is taken back first, then the one before', async () => {
  did('read');
  did('deleted');
  expect((await undo.takeBack(0))?.words).toBe('deleted');
  expect((await undo.takeBack(0))?.words).toBe('read');
  expect(await undo.takeBack(0)).toBeNull();
  expect(undone).toEqual(['deleted', 'read']);
});

test('a step of its own choice is taken back once', async () => {
  const first = did('read');
  did('deleted');
  expect((await undo.takeBack(0, first))?.words).toBe('read');
  expect(await undo.takeBack(0, first)).toBeNull();
  expect(undone).toEqual(['read']);
});

test('what has stood for too long stands', async () => {
  did('read');
  const take = did('taken', { until: 10_000 });
  expect(await undo.takeBack(10_000, take)).toBeNull();
  expect((await undo.takeBack(10_000))?.words, 'the step before can still be').toBe('read');
});

test('two quick presses take back two steps', async () => {
  did('read');
  did('deleted');
  await Promise.all([undo.takeBack(0), undo.takeBack(0)]);
  expect(undone).toEqual(['deleted', 'read']);
});

test('what somebody else has changed meanwhile is not said to be taken back', async () => {
  did('taken', { undo: async () => false });
  expect(await undo.takeBack(0)).toBeNull();
});

test('a step that could not be taken back can be tried again, in its turn', async () => {
  did('read');
  let refuses = true;
  did('deleted', { undo: () => (refuses ? Promise.reject(new Error('disk')) : Promise.resolve(true)) });
  await expect(undo.takeBack(0)).rejects.toThrow('disk');
  refuses = false;
  expect((await undo.takeBack(0))?.words).toBe('deleted');
  expect((await undo.takeBack(0))?.words).toBe('read');
});

test('only the last few are kept', async () => {
  for (let at = 0; at < 30; at += 1) did(String(at));
  while (await undo.takeBack(0));
  expect(undone).toHaveLength(20);
  expect(undone.at(-1)).toBe('10');
});
