// A way to the hub that can be made bad while connections run through it. It holds back what it cannot pass on
// rather than keeping it: of each connection and direction one piece of at most 64 KiB is here at a time.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

import { pause } from './waiting.js';

// What the network can do to a connection.
//   clear       nothing
//   delay       each piece comes 150 ms later
//   trickle     1 KB passes in a second, in each direction
//   black hole  connections are accepted and stay open, and nothing passes: a pulled cable
//   half-close  one side is told that the other has ended, and the other is told nothing, not even the answer
//   reset       connections are torn (RST), and new ones too
//   cut         a connection ends after 1,500 bytes, in the midst of whatever passes
export const FAULTS = ['delay', 'trickle', 'black hole', 'half-close', 'reset', 'cut'];

const DELAY = 150;
const TRICKLE = { bytes: 100, every: 100 };
const CUT_AFTER = 1_500;
// How often a held connection looks whether the network is better.
const LOOK = 20;

export class Proxy {
  #server;
  #wires = new Set();
  #sides = 0;
  mode = 'clear';
  // Connections accepted so far.
  accepted = 0;

  // A proxy to `port` of this computer, which ends with test `t`.
  static async start(t, port) {
    const proxy = new Proxy();
    proxy.#server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
      proxy.accepted += 1;
      const wire = new Wire(proxy, near, port);
      proxy.#wires.add(wire);
      near.once('close', () => proxy.#wires.delete(wire));
    });
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    t.after(() => proxy.close());
    return proxy;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  // From now on the network is like this, for the connections that exist and for new ones.
  turn(mode) {
    this.mode = mode;
    for (const wire of this.#wires) wire.turned();
  }

  // Which side of a half-closed connection is told: in turns.
  nextSide() {
    return (this.#sides += 1) % 2 === 0 ? 'client' : 'hub';
  }

  close() {
    this.#server.close();
    for (const wire of this.#wires) wire.tear();
  }
}

// One connection through the proxy.
class Wire {
  #proxy;
  #near;
  #far;
  #torn = false;
  // Bytes that may still pass; without a fault, any number.
  #left = Infinity;
  // The socket to which nothing is said any more.
  #ended = null;

  constructor(proxy, near, port) {
    this.#proxy = proxy;
    this.#near = near;
    this.#far = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const socket of [this.#near, this.#far]) socket.on('error', () => this.tear());
    this.turned();
    this.#carry(this.#near, this.#far);
    this.#carry(this.#far, this.#near);
  }

  turned() {
    const { mode } = this.#proxy;
    this.#left = mode === 'cut' ? CUT_AFTER : Infinity;
    if (mode === 'reset') this.tear();
    if (mode === 'half-close' && !this.#ended) {
      this.#ended = this.#proxy.nextSide() === 'client' ? this.#near : this.#far;
      this.#ended.end();
    }
  }

  // Ends it, and both sides see that it was not in order.
  tear() {
    if (this.#torn) return;
    this.#torn = true;
    for (const socket of [this.#near, this.#far]) {
      // One that is still to say its end cannot be reset: Node would keep it for ever, and never exit.
      if (socket.connecting || socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  #carry(from, to) {
    from.on('data', async (piece) => {
      from.pause();
      await this.#pass(piece, to).catch(() => this.tear());
      from.resume();
    });
    from.on('end', async () => {
      while (!this.#torn && ['black hole', 'half-close'].includes(this.#proxy.mode)) await pause(LOOK);
      to.end();
    });
  }

  async #pass(piece, to) {
    if (this.#proxy.mode === 'delay') await pause(DELAY);
    for (let at = 0; at < piece.length && !this.#torn; ) {
      const { mode } = this.#proxy;
      if (mode === 'black hole') {
        await pause(LOOK);
        continue;
      }
      // The other direction may have had the last byte.
      if (this.#left === 0) return;
      const bytes = Math.min(piece.length - at, this.#left, mode === 'trickle' ? TRICKLE.bytes : Infinity);
      this.#left -= bytes;
      const last = this.#left === 0;
      if (mode === 'trickle') await pause(TRICKLE.every);
      if (to !== this.#ended && !to.write(piece.subarray(at, at + bytes))) await once(to, 'drain');
      at += bytes;
      if (last) {
        this.#torn = true;
        for (const socket of [this.#near, this.#far]) socket.destroySoon();
      }
    }
  }
}
