// Joins connections. As a program: those to a socket in the file system with a port of this computer's loopback, so that
// what listens there is reached from another network namespace.

import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

// What comes in on either goes out on the other, until either ends.
export function joined(one, other) {
  for (const [from, to] of [[one, other], [other, one]]) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, port] = process.argv.slice(2);
  const door = createServer((socket) => joined(socket, connect(Number(port), '127.0.0.1')));
  door.listen(path, () => console.log('open'));
}
