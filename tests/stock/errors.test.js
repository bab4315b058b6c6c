// Part 2 "Errors": the exact words, in French and in English, the stable codes, in events and in callbacks.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from './support/client.js';
import { startHub } from './support/hub.js';
import { shaped } from './support/shapes.js';

const long = (count) => 'é'.repeat(count);
const nested = (levels) => (levels === 1 ? {} : { a: nested(levels - 1) });
const send = (fields) => ['send-notification', { title: 't', message: 'm', ...fields }];
const required = (field) => [`Le champ '${field}' est obligatoire`, `The field '${field}' is required`, `${field}_required`];
const notString = (field) => [
  `Le champ '${field}' doit être une chaîne de caractères`,
  `The field '${field}' must be a string`,
  `${field}_not_string`,
];
const tooLong = (field, limit) => [
  `Le champ '${field}' dépasse ${limit} caractères`,
  `The field '${field}' is longer than ${limit} characters`,
  `${field}_too_long`,
];
const TYPE = [
  "Le champ 'type' doit valoir info, success, warning, error",
  "The field 'type' must be info, success, warning, error",
  'type_invalid',
];
const DATA = ["Le champ 'data' doit être un objet", "The field 'data' must be an object", 'data_not_object'];
const PAYLOAD = ['Le payload doit être un objet', 'The payload must be an object', 'payload_not_object'];
const CONTROL = [
  "Le champ 'channel' contient des caractères de contrôle",
  "The field 'channel' contains control characters",
  'channel_control_characters',
];
const RESERVED = [
  "Le champ 'channel' utilise un nom réservé",
  "The field 'channel' uses a reserved name",
  'channel_reserved',
];
const unknown = (event) => [`Événement inconnu : ${event}`, `Unknown event: ${event}`, 'unknown_event'];
const notIn = (channel) => [`Vous n'êtes pas dans « ${channel} »`, `You are not in « ${channel} »`, 'not_in_channel'];

// [what is sent, the faults it is answered with]
const FAULTS = [
  [send({ title: undefined }), [required('title')]],
  [send({ title: null }), [required('title')]],
  [send({ title: '' }), [required('title')]],
  [send({ title: ' \n\t' }), [required('title')]],
  [send({ message: undefined }), [required('message')]],
  [send({ message: '   ' }), [required('message')]],
  [send({ title: 7 }), [notString('title')]],
  [send({ title: {} }), [notString('title')]],
  [send({ title: ['t'] }), [notString('title')]],
  [send({ message: true }), [notString('message')]],
  [send({ title: long(201) }), [tooLong('title', 200)]],
  [send({ message: long(4_001) }), [tooLong('message', 4_000)]],
  [send({ type: 'fatal' }), [TYPE]],
  [send({ type: 'INFO' }), [TYPE]],
  [send({ type: 3 }), [TYPE]],
  [send({ data: [] }), [DATA]],
  [send({ data: 'x' }), [DATA]],
  [send({ data: 0 }), [DATA]],
  [send({ data: false }), [DATA]],
  [
    send({ data: { a: 'x'.repeat(70_000) } }),
    [["Le champ 'data' dépasse 65536 octets", "The field 'data' is larger than 65536 bytes", 'data_too_large']],
  ],
  [
    send({ data: nested(33) }),
    [["Le champ 'data' dépasse 32 niveaux", "The field 'data' has more than 32 levels", 'data_too_deep']],
  ],
  [send({ channel: '' }), [required('channel')]],
  [send({ channel: 42 }), [notString('channel')]],
  [send({ channel: { name: 'x' } }), [notString('channel')]],
  [send({ channel: long(101) }), [tooLong('channel', 100)]],
  [send({ channel: 'a\u0007' }), [CONTROL]],
  [send({ channel: '*' }), [RESERVED]],
  [['send-notification'], [PAYLOAD]],
  [['send-notification', null], [PAYLOAD]],
  [['send-notification', []], [PAYLOAD]],
  [['send-notification', [{ title: 't', message: 'm' }]], [PAYLOAD]],
  [['send-notification', 7], [PAYLOAD]],
  [['send-notification', true], [PAYLOAD]],
  [['send-notification', '{"title":"t","message":"m"}'], [PAYLOAD]],
  [
    ['send-notification', { data: [], message: 7, title: ' ', type: 'fatal', channel: {} }],
    [notString('channel'), TYPE, required('title'), notString('message'), DATA],
  ],
  [['send-notification', {}], [required('title'), required('message')]],
  ...['join-channel', 'leave-channel'].flatMap((event) => [
    [[event], [required('channel')]],
    [[event, null], [required('channel')]],
    [[event, ''], [required('channel')]],
    [[event, '  '], [required('channel')]],
    [[event, 42], [notString('channel')]],
    [[event, true], [notString('channel')]],
    [[event, { channel: 'devops' }], [notString('channel')]],
    [[event, ['devops']], [notString('channel')]],
    [[event, long(101)], [tooLong('channel', 100)]],
    [[event, 'a\nb'], [CONTROL]],
    [[event, '*'], [RESERVED]],
  ]),
  [['leave-channel', 'nowhere'], [notIn('nowhere')]],
  [['order.created', { ref: 'ORD-42' }], [unknown('order.created')]],
  [['message'], [unknown('message')]],
  [['notification-received', { title: 't' }], [unknown('notification-received')]],
];

for (const [lang, column] of [['fr', 0], ['en', 1]]) {
  test(`every fault is answered with its exact words and codes (${lang})`, async (t) => {
    const hub = await startHub(t);
    const alice = await connect(t, hub, { auth: { user_id: 'alice', ...(lang === 'en' && { lang }) } });
    for (const [sent, faults] of FAULTS) {
      const [event, ...payload] = sent;
      const errors = faults.map((fault) => fault[column]);
      const codes = faults.map((fault) => fault[2]);
      alice.emit(event, ...payload);
      const error = shaped('error-message', await alice.refused(errors, codes, event));
      const about = ['join-channel', 'leave-channel'].includes(event) && typeof payload[0] === 'string';
      assert.equal(error.channel, about && payload[0] !== '' ? payload[0] : undefined, 'which one of many');

      const answer = await alice.ask(event, ...payload);
      assert.deepEqual([answer.status, answer.errors, answer.codes], ['error', errors, codes]);
      await alice.refused(errors, codes, event);
    }
    assert.equal(alice.payloads('error-message').length, 2 * FAULTS.length, 'one answer per event, whatever its faults');
    assert.deepEqual(alice.disconnects, [], 'the connection survives all of them');
    assert.deepEqual(alice.payloads('notification-sent'), [], 'and nothing was sent');
  });
}

test('the limits hold exactly: at the limit all is well', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub, { auth: { user_id: 'alice' } });
  const channel = long(100);
  await alice.join(channel);
  const data = { a: 'x'.repeat(65_536 - '{"a":""}'.length) };
  for (const fields of [{ title: long(200), message: long(4_000) }, { data }, { data: nested(32) }]) {
    await alice.send({ channel, title: 't', message: 'm', ...fields });
    const got = await alice.next('notification-received');
    assert.deepEqual([got.channel, got.title], [channel, fields.title ?? 't']);
    assert.deepEqual(got.data, fields.data ?? null);
  }
});

test('a language that the hub does not speak is answered in French', async (t) => {
  const hub = await startHub(t);
  for (const lang of ['de', '', 7, null]) {
    const client = await connect(t, hub, { auth: { lang } });
    client.emit('send-notification', {});
    const [title, message] = [required('title'), required('message')];
    await client.refused([title[0], message[0]], [title[2], message[2]]);
  }
});

test('a payload with fields that nobody knows is taken without them', async (t) => {
  const hub = await startHub(t);
  const alice = await connect(t, hub);
  await alice.join('devops');
  await alice.send({ channel: 'devops', title: 't', message: 'm', id: 'mine', sender: 'Mallory', timestamp: 'x', extra: {} });
  const got = shaped('notification-received', await alice.next('notification-received'));
  assert.equal(got.sender, 'Anonyme', 'nobody can choose the sender in the payload');
  assert.notEqual(got.id, 'mine');
});
