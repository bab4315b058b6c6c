// A client by hand: it can stop reading, and nothing of the stock client ends the connection for it.

import { connectRaw } from '../stock/support/raw.js';
import { CHANNEL } from './crew.js';

const RECEIVED = '42["notification-received",';

export class Reader {
  #client;
  #auth;
  #blindly;

  // Connects, and joins the channel. `taken` is told every notification.
  static async start(t, hub, auth, taken = () => {}) {
    const reader = new Reader();
    reader.#client = await connectRaw(t, hub, { auth });
    reader.#auth = auth;
    reader.#client.socket.on('message', (data) => {
      const text = data.toString();
      if (!text.startsWith(RECEIVED)) return;
      const [, notification] = JSON.parse(text.slice(2));
      // Kept, they would be what grows.
      reader.#client.messages.length = 0;
      taken(notification);
      if (auth.protocol) reader.#say('received', { channel: CHANNEL, seq: notification.seq });
    });
    reader.#say('join-channel', CHANNEL);
    return reader;
  }

  async joined() {
    await this.#client.message('the join is answered', (text) => text.startsWith('42["channel-joined"'));
  }

  // From now on it takes nothing more. A device goes on to answer pings, blindly, so that only its not reading
  // tells; a stock client must not, since that would say that it has what was sent before.
  stall() {
    this.#client.socket.pause();
    if (this.#auth.protocol) this.#blindly = setInterval(() => this.#client.send('3'), 1_000);
  }

  leave() {
    this.#client.send('41');
    this.end();
  }

  end() {
    clearInterval(this.#blindly);
    this.#client.end();
  }

  #say(event, payload) {
    this.#client.send(`42${JSON.stringify([event, payload])}`);
  }
}
