// The published payloads, field by field. Additions of the hub are listed: anything else is a fault.

import assert from 'node:assert/strict';

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const ID = /^n_\d{10}\.\d+$/;

const text = (value) => typeof value === 'string' && value.length > 0;
const count = (value) => Number.isSafeInteger(value) && value >= 0;
const flag = (value) => typeof value === 'boolean';
const orNull = (check) => (value) => value === null || check(value);
const object = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const texts = (value) => Array.isArray(value) && value.length > 0 && value.every(text);
const timestamp = (value) => {
  if (!text(value) || !TIMESTAMP.test(value)) return false;
  return Math.abs(Date.parse(value) - Date.now()) < 120_000;
};
const id = (value) => text(value) && ID.test(value);
const type = (value) => ['info', 'success', 'warning', 'error'].includes(value);

const person = (value) =>
  object(value) && ['user_id', 'device_name'].every((field) => orNull(text)(value[field])) && text(value.username);

const DEVICES = {
  published: {},
  additions: { devices: (value) => Array.isArray(value) && value.every(device) },
};

const CLAIM = {
  published: {},
  additions: { id, channel: orNull(text), by: person, at: timestamp, seq: count, epoch: text, replayed: flag, answer: flag },
};

const device = (value) =>
  person(value) && text(value.id) && Array.isArray(value.channels) && value.channels.every(text) && timestamp(value.since) &&
  flag(value.do_not_disturb) && flag(value.ring_muted) && Object.keys(value).length === 8;

const SHAPES = {
  'connection-confirmed': {
    published: { socketId: text, serverTime: timestamp },
    additions: { protocol: count, epoch: text, hub: object, limits: object, role: text, roles: texts },
  },
  'notification-received': {
    published: {
      id, type, title: text, message: text, data: orNull(object), sender: text, channel: orNull(text), timestamp,
    },
    additions: { seq: count, epoch: text, replayed: flag, key: text, ttl: count, expired: flag },
  },
  'notification-sent': {
    published: { notificationId: id, channel: orNull(text), timestamp },
    additions: { seq: count, duplicate: flag, subscribers: count, client_id: text },
  },
  'channel-joined': {
    published: { channel: text, message: text, clientCount: count, pendingCount: count, timestamp },
    additions: { epoch: text, head: count, recovered: flag },
  },
  'channel-left': { published: { channel: text, message: text, timestamp }, additions: {} },
  'server-stats': {
    published: {
      connectedClients: count, activeChannels: count, uptime: (value) => typeof value === 'number' && value >= 0, timestamp,
    },
    additions: {},
  },
  'error-message': { published: { errors: texts }, additions: { codes: texts, event: text, client_id: text, id: text, retry_after_ms: count, channel: text } },
  'notification-taken': CLAIM,
  'notification-released': CLAIM,
  'presence-list': DEVICES,
  'presence-changed': DEVICES,
  'hub-closing': { published: {}, additions: { retry_after_ms: count } },
};

// Checks `payload` against the shape of `event`, and gives it back.
export function shaped(event, payload) {
  if (event === 'channels-list') {
    assert.ok(Array.isArray(payload), 'channels-list is an array');
    for (const entry of payload) {
      assert.deepEqual(Object.keys(entry).sort(), ['clientCount', 'name']);
      assert.ok(text(entry.name) && count(entry.clientCount), JSON.stringify(entry));
    }
    return payload;
  }
  const { published, additions } = SHAPES[event];
  for (const [field, check] of Object.entries(published)) {
    assert.ok(field in payload, `${event} has ${field}: ${JSON.stringify(payload)}`);
    assert.ok(check(payload[field]), `${event}.${field} is ${JSON.stringify(payload[field])}`);
  }
  for (const [field, value] of Object.entries(payload)) {
    if (field in published) continue;
    assert.ok(field in additions, `${event} has no field ${field} in docs/protocol.md`);
    assert.ok(additions[field](value), `${event}.${field} is ${JSON.stringify(value)}`);
  }
  return payload;
}
