// A stock subscriber as a process of its own, so that it can be stopped dead in the middle (SIGSTOP).
// Prints one JSON line per event: [event, payload].

import { io } from 'socket.io-client';

const [url, userId, channel] = process.argv.slice(2);
const socket = io(url, {
  transports: ['websocket'],
  auth: { user_id: userId },
  reconnectionAttempts: 50,
  reconnectionDelay: 200,
  reconnectionDelayMax: 200,
});
socket.on('connect', () => socket.emit('join-channel', channel));
socket.onAny((event, payload) => process.stdout.write(`${JSON.stringify([event, payload])}\n`));
