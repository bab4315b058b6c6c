import { afterEach, expect, test, vi } from 'vitest';
import { rows } from '../testing/fake-host';
import { stringsFor, systemLanguage } from '../strings/strings';
import { Announcer } from './announcer.svelte';
import { dayName, duration, fullTime, moment, until, waited } from './dates';
import { Placement } from './rows';
import { actionOf, type KeyPress } from './shortcuts';

afterEach(() => vi.useRealTimers());

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: '',
  ctrl: false,
  shift: false,
  alt: false,
  typing: false,
  pressable: false,
  ...change,
});

test('days and rows are placed from their counts alone', () => {
  const placement = new Placement(
    [
      { date: '2026-11-20', count: 3 },
      { date: '2026-11-19', count: 100_000 },
    ],
    78,
    32,
  );
  expect(placement.height).toBe(2 * 32 + 100_003 * 78);
  expect(placement.topOf(0)).toBe(32);
  expect(placement.topOf(3), 'after the second heading').toBe(32 + 3 * 78 + 32);
  const [day] = placement.daysBetween(1_000_000, 1_000_720);
  expect(day?.date).toBe('2026-11-19');
  expect(placement.rowsBetween(day!, 1_000_000, 1_000_720)).toHaveLength(10);
});

test('single keys are off while typing, and can be turned off', () => {
  expect(actionOf(press('j'), true)).toBe('next');
  expect(actionOf(press('j', { typing: true }), true)).toBeNull();
  expect(actionOf(press('j'), false)).toBeNull();
  expect(actionOf(press('ArrowDown'), false), 'the arrows stay').toBe('next');
  expect(actionOf(press('n', { ctrl: true, typing: true }), false), 'and so does Ctrl').toBe('compose');
  expect(actionOf(press('A', { shift: true }), true)).toBe('markAllRead');
  expect(actionOf(press('a'), true)).toBeNull();
  expect(actionOf(press('e'), true)).toBe('take');
  expect(actionOf(press('/'), true)).toBe('search');
  expect(actionOf(press('3'), false)).toBeNull();
});

test('1, 2 and 3 are where they are on any keyboard, and Shift makes signs of them', () => {
  expect(actionOf(press('&', { code: 'Digit1' }), true), 'on a French one').toBe('showAll');
  expect(actionOf(press('é', { code: 'Digit2' }), true)).toBe('showUnread');
  expect(actionOf(press('3', { code: 'Digit3', shift: true }), true)).toBe('showTodo');
  expect(actionOf(press('!', { code: 'Digit1', shift: true }), true), 'on an English one').toBeNull();
  expect(actionOf(press('End', { code: 'Numpad1' }), true), 'a number pad that is off').toBeNull();
});

test('what goes with Ctrl works while typing, except that a field undoes its own', () => {
  const ctrl = (key: string, change: Partial<KeyPress> = {}) => actionOf(press(key, { ctrl: true, ...change }), false);
  expect(ctrl('k', { typing: true })).toBe('palette');
  expect(ctrl('K'), 'with caps lock').toBe('palette');
  expect(ctrl('d')).toBe('doNotDisturb');
  expect(ctrl('z')).toBe('undo');
  expect(ctrl('z', { typing: true })).toBeNull();
  expect(ctrl('K', { shift: true }), 'belongs to the browser').toBeNull();
  expect(actionOf(press('F11', { typing: true }), false)).toBe('wall');
});

test('space presses a button that has the focus, and scrolls otherwise', () => {
  expect(actionOf(press(' '), true)).toBe('scrollDown');
  expect(actionOf(press(' ', { shift: true }), true)).toBe('scrollUp');
  expect(actionOf(press(' ', { pressable: true }), true)).toBeNull();
});

test('the live region speaks at most once in five seconds, then says how many', () => {
  vi.useFakeTimers();
  const announcer = new Announcer(() => stringsFor('fr'));
  announcer.arrived(rows(1), 1);
  expect(announcer.words).toBe('Nouvelle notification, Information\u00a0: Commande 1');
  announcer.arrived(rows(2), 2);
  announcer.arrived(rows(1), 1);
  expect(announcer.words).toContain('Commande 1');
  vi.advanceTimersByTime(5000);
  expect(announcer.words).toBe('3 nouvelles notifications');
});

test('what has been read is taken away, so that the same words can be read again', () => {
  vi.useFakeTimers();
  const announcer = new Announcer(() => stringsFor('fr'));
  announcer.arrived(rows(1), 1);
  vi.advanceTimersByTime(5000);
  expect(announcer.words).toBe('');
  announcer.arrived(rows(1), 1);
  expect(announcer.words).toContain('Commande 1');
});

test('an error is said at once, and alone', () => {
  vi.useFakeTimers();
  const announcer = new Announcer(() => stringsFor('fr'));
  announcer.arrived(rows(1), 1);
  announcer.arrived(rows(1, { type: 'error', title: 'Imprimante' }), 1);
  expect(announcer.alarm).toBe('Nouvelle notification, Erreur\u00a0: Imprimante');
  vi.advanceTimersByTime(5000);
  expect(announcer.words, 'and not a second time').toBe('');
  announcer.arrived(rows(1, { type: 'error', caughtUp: true, title: 'Ancienne' }), 1);
  expect(announcer.alarm, 'what was missed is no alarm').toBe('');
});

test('an error among others leaves the others to be said', () => {
  const announcer = new Announcer(() => stringsFor('fr'));
  announcer.arrived([...rows(2), ...rows(1, { type: 'error' })], 3);
  expect(announcer.words).toBe('2 nouvelles notifications');
});

test('of several errors at once the newest is said, and the others are counted', () => {
  const announcer = new Announcer(() => stringsFor('fr'));
  const errors = rows(3, { type: 'error' });
  announcer.arrived(errors, 3);
  expect(announcer.alarm).toContain('Commande 3');
  expect(announcer.words).toBe('2 nouvelles notifications');
});

test('what an outage held back is said once, when it is all there', () => {
  vi.useFakeTimers();
  const announcer = new Announcer(() => stringsFor('fr'));
  const caughtUp = (count: number) => announcer.caughtUp({ count, from: 0, to: 0, newest: 'n_1' });
  for (let count = 1; count <= 12; count += 1) {
    announcer.arrived(rows(1, { caughtUp: true }), 1);
    caughtUp(count);
    vi.advanceTimersByTime(1000);
    expect(announcer.words, 'not one by one').toBe('');
  }
  vi.advanceTimersByTime(500);
  expect(announcer.words).toBe('12 notifications manquées récupérées');
  announcer.arrived(rows(1), 1);
  caughtUp(12);
  expect(announcer.words, 'what comes live afterwards is').toContain('Commande 1');
  vi.advanceTimersByTime(60_000);
  expect(announcer.words, 'and the outage is not said again').toBe('');
});

test('of many that were caught up at once only the newest are listed, and none is announced', () => {
  vi.useFakeTimers();
  const announcer = new Announcer(() => stringsFor('fr'));
  announcer.arrived(rows(100, { caughtUp: true }), 10_000);
  vi.advanceTimersByTime(10_000);
  expect(announcer.words).toBe('');
});

test('a dismissed catch-up is not announced', () => {
  vi.useFakeTimers();
  const announcer = new Announcer(() => stringsFor('fr'));
  announcer.caughtUp({ count: 3, from: 0, to: 0, newest: 'n_1' });
  announcer.caughtUp(null);
  vi.advanceTimersByTime(10_000);
  expect(announcer.words).toBe('');
});

test('French says zero in the singular, English in the plural', () => {
  expect(stringsFor('fr').count('inbox.marked', 0)).toBe('0 notification marquée lue');
  expect(stringsFor('en').count('inbox.marked', 0)).toBe('0 notifications marked as read');
});

test('a value that looks like a hole is text', () => {
  expect(stringsFor('en').text('toast.prefix.error', { title: '{title} {n}' })).toBe('Error: {title} {n}');
});

test('the first language of the desktop that we speak, else French', () => {
  expect(systemLanguage(['de-DE', 'en-US', 'fr'])).toBe('en');
  expect(systemLanguage(['wo'])).toBe('fr');
});

test('days are named as people say them', () => {
  const now = new Date(2026, 10, 20, 0, 5).getTime();
  const name = (date: string) => dayName(date, now, stringsFor('fr'));
  expect(name('2026-11-20')).toBe('Aujourd’hui');
  expect(name('2026-11-19')).toBe('Hier');
  expect(name('2026-11-16')).toBe('Lundi 16 novembre');
  expect(name('2025-12-24')).toBe('Mercredi 24 décembre 2025');
});

test('a moment of another day says which', () => {
  const now = new Date(2026, 10, 20, 12, 7).getTime();
  const lastNight = new Date(2026, 10, 19, 23, 50).getTime();
  expect(moment(new Date(2026, 10, 20, 0, 5).getTime(), now, stringsFor('fr'))).toBe('00:05');
  expect(moment(lastNight, now, stringsFor('fr'))).toBe('le 19 nov. à 23:50');
  expect(moment(lastNight, now, stringsFor('en'))).toBe('19 Nov at 23:50');
});

test('the first of a month is an ordinal in French', () => {
  const now = new Date(2026, 10, 20, 12, 7).getTime();
  const first = new Date(2026, 10, 1, 8, 5).getTime();
  expect(moment(first, now, stringsFor('fr'))).toBe('le 1er nov. à 08:05');
  expect(until(first, now, stringsFor('fr'))).toBe('jusqu’au 1er nov. à 08:05');
  expect(fullTime(first, 'fr')).toBe('1er novembre 2026, 08:05:00');
  expect(dayName('2026-11-01', now, stringsFor('fr'))).toBe('Dimanche 1er novembre');
  expect(moment(first, now, stringsFor('en'))).toBe('1 Nov at 08:05');
  expect(fullTime(new Date(2026, 10, 11, 8, 5).getTime(), 'fr')).toContain('11 novembre');
});

test('until when is said as people say it, today and on another day', () => {
  const now = new Date(2026, 10, 20, 12, 7).getTime();
  const [today, tomorrow] = [new Date(2026, 10, 20, 14, 5).getTime(), new Date(2026, 10, 21, 8, 7).getTime()];
  expect(until(today, now, stringsFor('fr'))).toBe('jusqu’à 14:05');
  expect(until(tomorrow, now, stringsFor('fr'))).toBe('jusqu’au 21 nov. à 08:07');
  expect(until(tomorrow, now, stringsFor('en'))).toBe('until 21 Nov at 08:07');
});

test('a wait is told to the minute', () => {
  expect(waited(59_000)).toBe('0\u00a0min');
  expect(waited(8 * 60_000 + 59_000)).toBe('8\u00a0min');
  expect(waited(8_760_000)).toBe('2\u00a0h\u00a026');
});

test('durations read at a glance', () => {
  expect(duration(41_000)).toBe('41\u00a0s');
  expect(duration(125_000)).toBe('2\u00a0min\u00a005\u00a0s');
  expect(duration(8_760_000)).toBe('2\u00a0h\u00a026');
});
