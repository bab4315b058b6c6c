import { expect, test } from 'vitest';
import type { ChannelPreferences, Check } from '../host/host';
import { snapshot } from '../testing/fake-host';
import { CHANNEL, settings } from '../testing/sample';
import { portOf } from './address';
import { weekdayName } from './dates';
import { alike } from './words';
import { MOST_PEOPLE, withPerson } from './people';
import { alertOn, lateChoices, lateFrom, preferencesOf, watchChoices, watchFrom } from './preferences';
import { beginAt, endAt, endsNextDay, NIGHT, onDay, onEveryDay, timeOfDay, timesOfDay } from './quiet';
import { adviceOn, openPoints } from './readiness';

const aged = (watchAfter: number, lateAfter: number): ChannelPreferences => ({ ...CHANNEL, watchAfter, lateAfter });

test('whatever is chosen, an order is watched before it is late, within what the station takes', () => {
  for (const watchAfter of [1, 5, 60, 240]) {
    for (const lateAfter of [2, 10, 120, 480].filter((late) => late > watchAfter)) {
      const now = aged(watchAfter, lateAfter);
      expect(watchChoices(now)).toContain(watchAfter);
      expect(lateChoices(now)).toContain(lateAfter);
      for (const watch of watchChoices(now)) {
        const then = { ...now, ...watchFrom(now, watch) };
        expect(then.lateAfter).toBeGreaterThan(then.watchAfter);
        expect(then.lateAfter).toBeLessThanOrEqual(480);
      }
      for (const late of lateChoices(now)) expect(late).toBeGreaterThan(watchAfter);
    }
  }
});

test('lateness moves only if it has to', () => {
  expect(watchFrom(aged(5, 10), 8)).toEqual({ watchAfter: 8 });
  expect(watchFrom(aged(5, 10), 10)).toEqual({ watchAfter: 10, lateAfter: 12 });
  expect(lateFrom(aged(15, 20), 10), 'it became too early meanwhile').toEqual({});
});

test('types keep their order however they are switched', () => {
  const fewer = { ...CHANNEL, ...alertOn(CHANNEL, 'info', false) };
  expect(fewer.types).toEqual(['success', 'warning', 'error']);
  expect(alertOn(fewer, 'info', true).types).toEqual(['info', 'success', 'warning', 'error']);
});

test('times are offered by the quarter, and what is set is among them', () => {
  expect(timesOfDay(0)).toHaveLength(96);
  expect(timesOfDay(22 * 60 + 37)).toContain(22 * 60 + 37);
  expect(timeOfDay(9 * 60 + 5)).toBe('09:05');
});

test('quiet hours never become a whole day by moving one end onto the other', () => {
  for (const minutes of timesOfDay(0)) {
    for (const moved of [beginAt(NIGHT, minutes), endAt(NIGHT, minutes)]) {
      expect(moved.from).not.toBe(moved.to);
      for (const end of [moved.from, moved.to]) expect(end >= 0 && end < 1440).toBe(true);
    }
  }
  expect(endsNextDay(NIGHT)).toBe(true);
  expect(endsNextDay({ from: 14 * 60, to: 18 * 60 })).toBe(false);
});

test('a day has its own hours until they are copied to every day', () => {
  const none = settings().quietHours;
  const monday = onDay(none, 0, NIGHT);
  expect(monday.days).toEqual([NIGHT, null, null, null, null, null, null]);
  expect(onEveryDay({ ...monday, errorsPierce: true }, NIGHT)).toEqual({
    days: Array.from({ length: 7 }, () => NIGHT),
    errorsPierce: true,
  });
});

test('the week begins on Monday, in both languages', () => {
  expect(weekdayName(0, 'fr')).toBe('Lundi');
  expect(weekdayName(6, 'en')).toBe('Sunday');
});

test('a person is in the list once, and twenty are enough', () => {
  expect(withPerson(['Alice'], '  Bruno ')).toEqual(['Alice', 'Bruno']);
  expect(withPerson(['Alice'], 'alice')).toBe('twice');
  expect(withPerson([], '  ')).toBe('blank');
  const many = Array.from({ length: MOST_PEOPLE }, (_, at) => `Personne ${at}`);
  expect(withPerson(many, 'Une de plus')).toBe('full');
});

test('a channel is found without its accents', () => {
  expect(alike('Crème brûlée', 'creme BRU')).toBe(true);
  expect(alike('cuisine', 'bar')).toBe(false);
});

test('a port is a number that a computer has', () => {
  expect(portOf('8001')).toBe(8001);
  for (const typed of ['', ' ', '0', '65536', '80.5', 'abc', '-1']) expect(portOf(typed), typed).toBeNull();
});

const check = (subject: Check['subject'], outcome: Check['outcome']): Check => ({ subject, outcome, detail: null });

test('each check that is not in order has words, and a remedy where there is one', () => {
  const off = snapshot({
    settings: settings({ sounds: false, popups: false, hostHub: true, doNotDisturb: { state: 'on' } }),
  });
  const on = snapshot({ quietUntil: 1 });
  expect(adviceOn(check('sound', 'passed'), off)).toBeNull();
  expect(adviceOn(check('sound', 'skipped'), off)).toBeNull();
  expect(adviceOn(check('sound', 'warned'), off)?.remedy).toBe('sounds');
  expect(adviceOn(check('sound', 'failed'), on)).toEqual({ words: 'ready.sound.failed', remedy: 'alerts' });
  expect(adviceOn(check('popups', 'warned'), off)?.remedy).toBe('popups');
  expect(adviceOn(check('popups', 'failed'), on)?.remedy).toBeNull();
  expect(adviceOn(check('doNotDisturb', 'warned'), off)?.remedy).toBe('dnd');
  expect(adviceOn(check('doNotDisturb', 'warned'), on)?.remedy, 'quiet hours').toBe('quiet');
  expect(adviceOn(check('autostart', 'warned'), on)?.remedy).toBe('autostart');
  expect(adviceOn(check('hub', 'failed'), off)?.remedy, 'the hub of this computer').toBe('startHub');
  expect(adviceOn(check('hub', 'failed'), on)?.remedy).toBe('tryNow');
  expect(adviceOn(check('endToEnd', 'failed'), on)?.words).toBe('ready.endToEnd.failed');
});

test('what is pending, skipped or in order is no open point', () => {
  const outcomes: Check['outcome'][] = ['pending', 'running', 'passed', 'warned', 'failed', 'skipped'];
  const checks = outcomes.map((outcome) => check('hub', outcome));
  expect(openPoints({ at: 0, running: true, checks })).toBe(2);
});

test('a channel named like something every object has is a channel like any other', () => {
  for (const name of ['constructor', '__proto__', 'toString']) expect(preferencesOf(snapshot(), name)).toEqual(CHANNEL);
});
