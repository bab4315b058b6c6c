import { expect, test } from 'vitest';
import { fieldsOf } from './fields';

test('objects are flattened, so that each line names its way', () => {
  expect(fieldsOf({ client: { nom: 'Awa', adresse: { rue: 'Canal' } }, paid: true })).toEqual([
    { path: ['client', 'nom'], value: { is: 'text', text: 'Awa' } },
    { path: ['client', 'adresse', 'rue'], value: { is: 'text', text: 'Canal' } },
    { path: ['paid'], value: { is: 'boolean', value: true } },
  ]);
});

test('an array of objects is a table of all their keys', () => {
  expect(
    fieldsOf({
      items: [
        { qty: 2, name: 'Burger' },
        { name: 'Frites', note: 'sans sel' },
      ],
    }),
  ).toEqual([
    {
      path: ['items'],
      value: {
        is: 'table',
        columns: ['qty', 'name', 'note'],
        rows: [
          [{ is: 'number', value: 2 }, { is: 'text', text: 'Burger' }, { is: 'empty' }],
          [{ is: 'empty' }, { is: 'text', text: 'Frites' }, { is: 'text', text: 'sans sel' }],
        ],
      },
    },
  ]);
});

test('nothing is an empty line, not an empty object', () => {
  for (const nothing of [null, '', [], {}]) {
    expect(fieldsOf({ note: nothing })).toEqual([{ path: ['note'], value: { is: 'empty' } }]);
  }
});

test('mixed arrays stay as the sender wrote them', () => {
  expect(fieldsOf({ tags: ['a', 1], odd: [1, { a: 2 }] })).toEqual([
    { path: ['tags'], value: { is: 'text', text: 'a, 1' } },
    { path: ['odd'], value: { is: 'json', text: '[1,{"a":2}]' } },
  ]);
});

test('data 32 levels deep stays readable', () => {
  let deep: Record<string, never> | object = {};
  for (let level = 0; level < 32; level += 1) deep = { a: deep };
  const [field] = fieldsOf(deep as never);
  expect(field?.path).toHaveLength(8);
  expect(field?.value.is).toBe('json');
});

test('a key named like something every object has is only a key', () => {
  const data = JSON.parse('{"items": [{"constructor": 1}, {"qty": 2}], "__proto__": "x"}') as never;
  expect(fieldsOf(data)).toEqual([
    {
      path: ['items'],
      value: {
        is: 'table',
        columns: ['constructor', 'qty'],
        rows: [
          [{ is: 'number', value: 1 }, { is: 'empty' }],
          [{ is: 'empty' }, { is: 'number', value: 2 }],
        ],
      },
    },
    { path: ['__proto__'], value: { is: 'text', text: 'x' } },
  ]);
});
