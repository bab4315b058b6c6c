// The stock client, for tests outside this folder: packages are found from here.

export { io } from 'socket.io-client';
