// The ordering system, played by the stock Socket.IO client.
import { io } from 'socket.io-client';

/** The published example's order. */
export const order = {
  channel: 'commandes',
  type: 'info',
  title: 'Nouvelle commande ORD-45',
  message: 'À emporter : 3 wraps poulet, 1 jus de gingembre',
  data: {
    event: 'order.created',
    ref: 'ORD-45',
    client: { nom: 'Awa Diop' },
    total: 18.5,
    items: [{ nom: 'Wrap poulet', quantite: 3 }],
  },
};

/** Sends one notification and waits until the hub has it on disk. */
export async function send(hub, notification, sender = {}) {
  const auth = { user_id: 'pos_1', username: 'Caisse 1', ...sender };
  const socket = io(hub, { auth, reconnection: false });
  try {
    return await new Promise((resolve, reject) => {
      socket.on('connect', () => socket.emit('send-notification', notification));
      socket.on('notification-sent', resolve);
      socket.on('error-message', ({ errors }) => reject(new Error(errors.join('; '))));
      socket.on('connect_error', reject);
      setTimeout(() => reject(new Error('the hub did not confirm within 10 s')), 10_000).unref();
    });
  } finally {
    socket.disconnect();
  }
}

/** How many sockets are in a channel, as any stock client can ask. */
export async function members(hub, channel) {
  const socket = io(hub, { reconnection: false });
  try {
    const channels = await new Promise((resolve, reject) => {
      socket.on('connect', () => socket.emit('get-channels'));
      socket.on('channels-list', resolve);
      socket.on('connect_error', reject);
      setTimeout(() => reject(new Error('no channels-list within 5 s')), 5_000).unref();
    });
    return channels.find(({ name }) => name === channel)?.clientCount ?? 0;
  } finally {
    socket.disconnect();
  }
}

/** Has another computer listen to a channel; returns what makes it leave. */
export async function listen(hub, channel) {
  const socket = io(hub, { auth: { user_id: 'other_1', username: 'Bob' }, reconnection: false });
  await new Promise((resolve, reject) => {
    socket.on('connect', () => socket.emit('join-channel', channel));
    socket.on('channel-joined', resolve);
    socket.on('connect_error', reject);
  });
  return () => socket.disconnect();
}
