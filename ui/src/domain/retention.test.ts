import { expect, test } from 'vitest';
import { stringsFor } from '../strings/strings';
import { fileSize, retentionChoices } from './retention';

test('sizes read as people write them', () => {
  const fr = (bytes: number) => fileSize(bytes, stringsFor('fr'));
  expect(fr(0)).toBe('0\u00a0o');
  expect(fr(999)).toBe('999\u00a0o');
  expect(fr(12_288)).toBe('12\u00a0Ko');
  expect(fr(3_140_000)).toBe('3,1\u00a0Mo');
  expect(fr(9_960_000)).toBe('10\u00a0Mo');
  expect(fr(999_600), 'not 1000 Ko').toBe('1\u00a0Mo');
  expect(fr(2_500_000_000)).toBe('2,5\u00a0Go');
  expect(fileSize(3_140_000, stringsFor('en'))).toBe('3.1\u00a0MB');
});

test('what is set is among the choices, though it was never offered', () => {
  expect(retentionChoices(90)).toEqual([7, 30, 90, 365]);
  expect(retentionChoices(45)).toEqual([7, 30, 45, 90, 365]);
});
