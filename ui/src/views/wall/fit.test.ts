import { expect, test } from 'vitest';
import { linesThatFit } from './fit';

test('lines are shown while they fit, and a further line counts the others', () => {
  expect(linesThatFit([40, 80, 120], 120, 40, false)).toBe(3);
  expect(linesThatFit([40, 80, 120], 119, 40, false), 'two do not leave room for the further line').toBe(1);
  expect(linesThatFit([40, 80, 120, 160], 130, 40, false)).toBe(2);
  expect(linesThatFit([40, 80, 120], 130, 40, true), 'others are not among them').toBe(2);
  expect(linesThatFit([90], 50, 40, false)).toBe(0);
  expect(linesThatFit([], 50, 40, false)).toBe(0);
});
