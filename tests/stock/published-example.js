const socket = io('/', {
  path: '/socket.io/',
  reconnection: true,
  reconnectionAttempts: 5,
  reconnectionDelay: 1000,
});

socket.on('connect', () => {
  socket.emit('join-channel', 'notifications-app');
  socket.emit('get-stats');
});

socket.on('notification-received', (notif) => {
  console.log(`[${notif.type}] ${notif.title}: ${notif.message}`);
  console.log('Data:', notif.data);
});

socket.on('error-message', (err) => {
  console.error('Erreurs:', err.errors);
});
