// P1: what was confirmed is on the hub's disk, so that a power cut at any moment takes nothing of it back.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allIsWell } from './all-is-well.js';
import { cutPower } from './cuts.js';
import { look } from './database.js';
import { Disk } from './power/disk.js';
import { connect } from '../stock/support/client.js';

test('the power is cut in mid-work, 25 times', async (t) => {
  const figures = await cutPower(t, { cuts: 25 });
  const { cuts, forgotten, phantoms, broken } = figures;
  assert.deepEqual({ cuts, forgotten, phantoms, broken }, { cuts: 25, forgotten: 0, phantoms: 0, broken: [] },
    `the disk has what people were told; CHAPFOOD_SEED=${figures.seed}`);
  allIsWell(figures, t, 1_000);
});

test('a disk that flushes as late as synchronous=NORMAL does is found out', async (t) => {
  const figures = await cutPower(t, { cuts: 5, lazy: true, drain: 500 });
  t.diagnostic(JSON.stringify({ ...figures, late: figures.late.length }));
  assert.ok(figures.forgotten > 0, `confirmed rows are gone, CHAPFOOD_SEED=${figures.seed}`);
  assert.deepEqual(figures.broken, [], 'and nothing else is wrong with the disk');
});

test('every write of the hub passes through what keeps the flushed state', async (t) => {
  const disk = await Disk.make(t);
  const hub = await disk.start(t);
  const till = await connect(t, hub);
  // Enough for the log to be folded into the database a few times.
  const data = { text: 'x'.repeat(60_000) };
  for (let n = 0; n < 200; n += 1) till.emit('send-notification', { channel: 'bar', title: 't', message: 'm', data });
  for (let n = 0; n < 200; n += 1) await till.next('notification-sent');
  till.close();
  assert.equal(await hub.stop(), 0);
  assert.deepEqual(await disk.unflushed(), [], 'after an orderly stop everything is flushed');
  assert.equal((await look(disk.survives)).ids.length, 200);
});

test('a flush that fails is never confirmed, and repeats are taken once the disk is well again', async (t) => {
  const disk = await Disk.make(t);
  const hub = await disk.start(t);
  const till = await connect(t, hub, { auth: { user_id: 'till' } });
  const bar = await connect(t, hub, { auth: { user_id: 'bar' } });
  await bar.join('bar');
  const order = (n) => ({ channel: 'bar', title: `${n}`, message: 'm', client_id: `order-${n}` });
  await till.send(order(1));
  await disk.fail(true);
  for (const n of [2, 3]) {
    till.emit('send-notification', order(n));
    assert.deepEqual((await till.next('error-message')).codes, ['not_stored']);
  }
  await disk.fail(false);
  for (const n of [3, 2, 1]) assert.equal((await till.send(order(n))).duplicate, n === 1, 'only 1 was stored before');
  const received = await bar.notifications(3);
  assert.deepEqual(received.map(({ title }) => title), ['1', '3', '2'], 'nobody got what was refused');
  await hub.kill();
  await disk.cut();
  const { integrity, ids } = await look(disk.data);
  assert.deepEqual({ integrity, ids }, { integrity: 'ok', ids: received.map(({ id }) => id) });
});
