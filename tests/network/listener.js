// The stock Socket.IO client as a program of its own, so that it can run on another computer: listens to the hub at the
// given address and prints what happens to it, a JSON object a line. The token, if any, is in TOKEN.

import { begin } from '../stock/support/client.js';
import { ANY_CERTIFICATE } from '../stock/support/network.js';

const [url, userId, channel] = process.argv.slice(2);
const token = process.env.TOKEN;
const say = (happened) => console.log(JSON.stringify(happened));

const { socket } = begin({ after: () => {} }, { url }, {
  auth: { user_id: userId, ...(token ? { token } : {}) },
  reconnection: true,
  reconnectionDelay: 200,
  reconnectionDelayMax: 500,
  timeout: 2_000,
  // The test has compared its fingerprint.
  ...ANY_CERTIFICATE,
});
socket.on('connection-confirmed', () => socket.emit('join-channel', channel));
socket.on('channel-joined', () => say({ is: 'listening' }));
socket.on('notification-received', ({ title }) => say({ is: 'notification', title }));
socket.on('connect_error', ({ message }) => say({ is: 'kept out', message }));
socket.on('disconnect', (reason) => say({ is: 'cut off', reason }));
