/** The client of the naive relay: counts the bytes of one run. Arguments: port, bytes, `verify` or nothing. */
import { WebSocket } from 'ws';
import { Counter, finish } from './counter.ts';

const [port, bytes, verify] = process.argv.slice(2);
const socket = new WebSocket(`ws://127.0.0.1:${port}`, {
  perMessageDeflate: false,
  maxPayload: 1 << 30,
});
const counter = new Counter(Number(bytes), verify === 'verify', () =>
  socket.send(Buffer.from('\n')),
);
socket.on('message', (data) => {
  const result = counter.push(data as Buffer);
  if (result) finish(result);
});
