// Two clients that do nothing wrong. After every bad input of somebody else they must still be served.

import assert from 'node:assert/strict';

import { connect } from './client.js';

export async function bystander(t, hub) {
  const listener = await connect(t, hub, { auth: { user_id: 'bystander', username: 'Bystander' } });
  const sender = await connect(t, hub, { auth: { user_id: 'till', username: 'Till' } });
  await listener.join('bystander');
  const sent = [];

  return {
    listener,
    // Sends one more, and checks that the bystander is still connected and has had every one, in order.
    async stillServed(after) {
      const title = `after ${after}`;
      const { notificationId } = await sender.send({ channel: 'bystander', title, message: 'served' });
      sent.push(notificationId);
      const got = await listener.notifications(sent.length, (notification) => notification.channel === 'bystander');
      assert.deepEqual(got.map((notification) => notification.id), sent, `all of them, after ${after}`);
      assert.deepEqual(listener.disconnects, [], `still connected after ${after}`);
      assert.deepEqual(sender.disconnects, [], `the sender too, after ${after}`);
    },
  };
}
