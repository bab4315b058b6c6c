import { beforeEach, expect, test } from 'vitest';
import type { Command, Row } from '../host/host';
import { answersFrom, FakeHost, rows, settle } from '../testing/fake-host';
import { Inbox } from './inbox.svelte';
import { NotificationList } from './list.svelte';
import { Reading } from './reading.svelte';
import { Station } from './station.svelte';

let host: FakeHost;
let inbox: Inbox;
let held: Row[];

beforeEach(async () => {
  held = rows(3);
  host = new FakeHost();
  host.answer = answersFrom(
    () => held,
    () => held[0]?.row ?? 0,
  );
  const station = new Station(host);
  const list = new NotificationList(station);
  inbox = new Inbox(station, list, new Reading(station));
  station.start();
  host.open();
  await settle();
});

/** Has the station keep one kind of question to itself from now on. */
function keepBack(what: Command['do']): void {
  const { answer } = host;
  host.answer = (command) => (command.do === what ? new Promise(() => {}) : answer(command));
}

test('a key acts on the row just gone to, though the detail of the last one is still shown', async () => {
  inbox.move(1, true);
  await settle();
  expect(inbox.current?.id).toBe('n_3');
  keepBack('open');
  inbox.move(1, true);
  expect(inbox.reading.detail?.id, 'still shown').toBe('n_3');
  expect(inbox.current?.id).toBe('n_2');
  await inbox.toggleRead();
  expect(host.asked('markRead')).toEqual([{ do: 'markRead', ids: ['n_2'], read: true }]);
});

test('whoever has gone on while a row is deleted stays where they are', async () => {
  inbox.move(1, false);
  const done = inbox.remove('n_3');
  inbox.move(1, false);
  await done;
  await settle();
  expect(inbox.currentId).toBe('n_2');
});

test('while it is being found again after a load, a key acts on no other row', async () => {
  inbox.move(1, false);
  expect(inbox.current?.id).toBe('n_3');
  keepBack('locate');
  held = [...rows(4).slice(0, 1), ...held];
  host.emit({ event: 'arrived', rows: held.slice(0, 1), count: 1 });
  await settle();
  expect(inbox.list.row(0)?.id).toBe('n_4');
  expect(inbox.current).toBeUndefined();
});
