// A client that speaks the protocols by hand, to send what the stock client never would.

import { once } from 'node:events';
import { request } from 'node:http';
import { connect as connectTcp } from 'node:net';

import WebSocket from 'ws';

import { ANY_CERTIFICATE } from './network.js';
import { within } from './within.js';

export class RawClient {
  #waiting = [];

  constructor(socket, { pong = true } = {}) {
    this.socket = socket;
    // Every text message, as it came.
    this.messages = [];
    this.closed = once(socket, 'close');
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => {
      if (isBinary) return;
      const text = data.toString();
      if (text === '2' && pong) socket.send('3');
      this.messages.push(text);
      for (const waiting of [...this.#waiting]) waiting();
    });
  }

  send(text) {
    this.socket.send(text);
  }

  // The first message so far or from now on that `matches`.
  async message(what, matches) {
    const found = new Promise((resolve) => {
      const look = () => {
        const text = this.messages.find(matches);
        if (text === undefined) return;
        this.#waiting = this.#waiting.filter((waiting) => waiting !== look);
        resolve(text);
      };
      this.#waiting.push(look);
      look();
    });
    return within(5_000, `${what}; so far: ${this.messages.join(' | ').slice(0, 500)}`, found);
  }

  // The payload of the next answer with `code`.
  async refused(code) {
    const text = await this.message(`error-message with ${code}`, (text) => text.startsWith('42["error-message"') && text.includes(code));
    this.messages = this.messages.filter((message) => message !== text);
    return JSON.parse(text.slice(2))[1];
  }

  // Waits until the hub has dealt with everything sent before.
  async settle() {
    const id = RawClient.#acks++;
    this.send(`42${id}["get-stats"]`);
    await this.message('the acknowledgement', (text) => text.startsWith(`43${id}[`));
  }

  static #acks = 1_000;

  end() {
    this.socket.terminate();
  }
}

// An open WebSocket on which nothing of Socket.IO was said yet.
export async function openRaw(t, hub, options) {
  const address = new URL('/socket.io/?EIO=4&transport=websocket', hub.url);
  address.protocol = address.protocol.replace('http', 'ws');
  const client = new RawClient(new WebSocket(address, ANY_CERTIFICATE), options);
  t.after(() => client.end());
  await client.message('the handshake', (text) => text.startsWith('0{'));
  return client;
}

// A connected raw client.
export async function connectRaw(t, hub, { auth, ...options } = {}) {
  const client = await openRaw(t, hub, options);
  client.send(`40${auth ? JSON.stringify(auth) : ''}`);
  await client.message('the confirmation', (text) => text.startsWith('42["connection-confirmed"'));
  return client;
}

// A long-polling session by hand: `post` gives the status of the answer.
export async function pollRaw(hub) {
  const ask = (method, query, body) =>
    within(10_000, `${method} is answered`, new Promise((resolve, reject) => {
      const asked = request(new URL(`/socket.io/?EIO=4&transport=polling${query}`, hub.url), { method, agent: false }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += chunk));
        answer.on('end', () => resolve({ status: answer.statusCode, text }));
        answer.on('error', reject);
      });
      asked.on('error', reject);
      asked.end(body);
    }));
  const { text } = await ask('GET', '');
  const { sid } = JSON.parse(text.slice(1));
  return {
    post: (body) => ask('POST', `&sid=${sid}`, body),
    get: () => ask('GET', `&sid=${sid}`),
  };
}

// A TCP connection to the hub on which `bytes` were sent and nothing more follows. `from` is another address of this
// computer: Linux has all of 127.0.0.0/8.
export async function openTcp(t, hub, bytes = '', { from = '127.0.0.1' } = {}) {
  const socket = connectTcp({ port: hub.port, host: '127.0.0.1', localAddress: from });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  await within(5_000, 'TCP connects', once(socket, 'connect'));
  if (bytes) socket.write(bytes);
  return socket;
}
