// The account itself: a checker that cannot fail would prove nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Account } from './account.js';

function account() {
  const account = new Account();
  for (const [clientId, id] of [['a', 'n_1'], ['b', 'n_2']]) {
    account.attempt(clientId);
    account.confirm(clientId, id);
  }
  account.connects('bar');
  return account;
}

test('all is well when everybody has everything once and in order', () => {
  const good = account();
  good.receive('bar', { id: 'n_1', seq: 1, title: 'a' });
  good.receive('bar', { id: 'n_2', seq: 2, title: 'b' });
  good.connects('bar');
  assert.equal(good.receive('bar', { id: 'n_2', seq: 2, title: 'b' }), false, 'again on another connection is allowed');
  assert.deepEqual(good.verdict(), { attempted: 2, confirmed: 2, lost: 0, unexpected: 0, doubled: 0, outOfOrder: 0, again: 1, faults: [] });
});

test('what is lost, unexpected, doubled or out of order is found', () => {
  const lost = account();
  lost.receive('bar', { id: 'n_2', seq: 2, title: 'b' });
  assert.equal(lost.verdict().lost, 1);

  const unexpected = account();
  unexpected.receive('bar', { id: 'n_9', seq: 1, title: 'never sent' });
  assert.equal(unexpected.verdict().unexpected, 1);

  const doubled = account();
  doubled.receive('bar', { id: 'n_1', seq: 1, title: 'a' });
  doubled.receive('bar', { id: 'n_3', seq: 2, title: 'a' });
  assert.equal(doubled.verdict().doubled, 1, 'one attempt under two ids');

  const disordered = account();
  disordered.receive('bar', { id: 'n_2', seq: 1, title: 'b' });
  disordered.receive('bar', { id: 'n_1', seq: 2, title: 'a' });
  assert.equal(disordered.verdict().outOfOrder, 1);

  const twice = account();
  twice.receive('bar', { id: 'n_1', seq: 1, title: 'a' });
  twice.receive('bar', { id: 'n_1', seq: 1, title: 'a' });
  assert.equal(twice.verdict().faults.length, 1, 'the same number twice on one connection');

  const changed = account();
  changed.confirm('a', 'n_7');
  assert.equal(changed.verdict().faults.length, 1, 'confirmed under two ids');
});

test('a history that lacks a row, has one twice or has two in the wrong order is found', () => {
  const [first, second] = [{ id: 'n_1', title: 'a' }, { id: 'n_2', title: 'b' }];
  const found = (rows) => {
    const kept = account();
    kept.keeps('till', rows);
    // The subscriber `bar` of this account has nothing.
    const { lost, outOfOrder, faults } = kept.verdict();
    return { lost: lost - 2, outOfOrder, faults: faults.length };
  };
  assert.deepEqual(found([first, second]), { lost: 0, outOfOrder: 0, faults: 0 });
  assert.deepEqual(found([second]), { lost: 1, outOfOrder: 0, faults: 0 });
  assert.deepEqual(found([first, second, second]), { lost: 0, outOfOrder: 0, faults: 1 });
  assert.deepEqual(found([second, first]), { lost: 0, outOfOrder: 1, faults: 0 });
});
