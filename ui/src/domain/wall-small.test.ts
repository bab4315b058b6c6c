import { expect, test } from 'vitest';
import { settings } from '../testing/sample';
import { ageOf, shiftAt, waitedText } from './wall-age';
import { isChatter, wallKeyOf } from './wall-keys';
import { peopleOf } from './people';

const AT = 1_763_640_000_400;
const LIMITS = { watchAfter: 5, lateAfter: 10 };
const after = (seconds: number) => AT + seconds * 1000;

test('an order is on time, then to be watched, then late', () => {
  expect(ageOf(AT, after(150), LIMITS)).toEqual({ stage: 'ok', progress: 0.5 });
  expect(ageOf(AT, after(299), LIMITS).stage).toBe('ok');
  expect(ageOf(AT, after(300), LIMITS)).toEqual({ stage: 'watch', progress: 0 });
  expect(ageOf(AT, after(450), LIMITS)).toEqual({ stage: 'watch', progress: 0.5 });
  expect(ageOf(AT, after(600), LIMITS)).toEqual({ stage: 'late', progress: 0 });
});

test('each channel has its own limits', () => {
  expect(ageOf(AT, after(90), { watchAfter: 1, lateAfter: 2 }).stage).toBe('watch');
});

test('the time waited is in minutes and seconds, and in hours when it must', () => {
  expect(waitedText(AT, after(12))).toBe('0:12');
  expect(waitedText(AT, after(760))).toBe('12:40');
  expect(waitedText(AT, after(3599))).toBe('59:59');
  expect(waitedText(AT, after(3852))).toBe('1:04:12');
});

test('a hub whose clock is ahead makes no negative times', () => {
  expect(waitedText(AT, after(-90))).toBe('0:00');
  expect(ageOf(AT, after(-90), LIMITS)).toEqual({ stage: 'ok', progress: 0 });
});

test('each tick of a second clock adds one second, whenever the order came', () => {
  for (const ms of [0, 1, 499, 500, 999]) {
    const times = [1, 2, 3].map((second) => waitedText(1_763_640_000_000 + ms, 1_763_640_000_000 + second * 1000 + 3));
    expect(times).toEqual(['0:01', '0:02', '0:03']);
  }
});

test('the picture moves by two pixels each hour, and comes back', () => {
  const hours = Array.from({ length: 5 }, (_, hour) => shiftAt(hour * 3_600_000 + 1));
  expect(hours).toEqual([
    [0, 0],
    [2, 0],
    [2, 2],
    [0, 2],
    [0, 0],
  ]);
  expect(shiftAt(3_599_999)).toEqual([0, 0]);
});

const press = (change: Partial<Parameters<typeof wallKeyOf>[0]>) =>
  wallKeyOf({ key: '', code: '', repeat: false, modified: false, ...change });

test('digits come from the number row, the number pad and bump bars, whatever the layout', () => {
  expect(press({ key: '4', code: 'Digit4' })).toEqual({ digit: 4 });
  expect(press({ key: "'", code: 'Digit4' }), 'a French keyboard without Shift').toEqual({ digit: 4 });
  expect(press({ key: 'ArrowLeft', code: 'Numpad4' }), 'a number pad that is locked').toEqual({ digit: 4 });
  expect(press({ key: '4' }), 'a device that names no key').toEqual({ digit: 4 });
});

test('a key that is held down takes once, and a shortcut takes nothing', () => {
  expect(press({ key: '4', code: 'Digit4', repeat: true })).toBeNull();
  expect(press({ key: '4', code: 'Digit4', modified: true })).toBeNull();
  expect(press({ key: 'Escape', code: 'Escape' })).toBe('leave');
  expect(press({ key: 'Escape', code: 'Escape', repeat: true })).toBeNull();
  expect(press({ key: 'ArrowUp', code: 'ArrowUp', repeat: true })).toBe('up');
  expect(press({ key: 'j', code: 'KeyJ' })).toBeNull();
});

test('a contact that chatters is one press', () => {
  expect(isChatter(null, 1, 0)).toBe(false);
  expect(isChatter({ digit: 1, at: 1000 }, 1, 1249)).toBe(true);
  expect(isChatter({ digit: 1, at: 1000 }, 2, 1010)).toBe(false);
  expect(isChatter({ digit: 1, at: 1000 }, 1, 1250)).toBe(false);
});

const names = (people: string[], username = 'Comptoir') => peopleOf(settings({ people, username }));

test('whoever uses this computer may take, its own name first', () => {
  const [own, alice] = [
    { name: 'Comptoir', by: null },
    { name: 'Alice', by: 'Alice' },
  ];
  expect(names([])).toEqual([own]);
  expect(names(['Alice', ' Alice ', '', 'Comptoir'])).toEqual([own, alice]);
  expect(names(['Alice'], '')).toEqual([alice]);
  expect(names([], '')).toEqual([]);
});
