/**
 * The relay that anybody writes first, as the peer of `relay.peer`: node-pty with Buffers, one WebSocket message per turn
 * of the loop, no ring, no back-pressure. Prints its port, serves one client, ends with it.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { spawn } from 'node-pty';
import { WebSocketServer } from 'ws';

const command = process.argv[2] ?? '';
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
await once(server, 'listening');
process.stdout.write(`${(server.address() as AddressInfo).port}\n`);

server.on('connection', (socket) => {
  const pty = spawn('/bin/sh', ['-c', command], { cols: 120, rows: 40, encoding: null });
  let waiting: Buffer[] = [];
  pty.onData((chunk: unknown) => {
    waiting.push(chunk as Buffer);
    if (waiting.length > 1) return;
    setImmediate(() => {
      socket.send(Buffer.concat(waiting));
      waiting = [];
    });
  });
  socket.on('message', (data) => pty.write(data as Buffer));
  socket.on('close', () => process.kill(process.pid, 'SIGKILL'));
});
