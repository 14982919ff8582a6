/** Viewers of a host that let everything lie: those that read nothing, and one that reads a byte now and then. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { HostCalls } from '../../link/host/hostCalls.ts';
import { randomHex } from '../../link/proof/proof.ts';
import type { HostFile } from '../../protocol/host/host.ts';

/** What is asked and answered until the viewer is attached. */
async function attachBy(calls: HostCalls, file: HostFile, ticket: string): Promise<void> {
  const protocol = { min: 1, max: 1 };
  const hello = { protocol, clientVersion: '1', kind: 'test', tokenId: 'client' };
  await calls.request('connection/hello', { ...hello, nonce: randomHex(32) });
  await calls.request('connection/auth', { token: file.clientKey, clientId: ticket.slice(0, 8) });
  await calls.request('host/attach', { ticket });
}

/** Attaches and reads no more. */
export async function openStalled(file: HostFile, ticket: string): Promise<Socket> {
  const socket = connect(file.socket);
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  await attachBy(new HostCalls(socket), file, ticket);
  return socket.pause();
}

/** Attaches and from then on reads one byte a second. */
export async function openDripping(file: HostFile, ticket: string): Promise<Socket> {
  const buffer = Buffer.alloc(1);
  let isAttached = false;
  const onread = {
    buffer,
    callback: (): boolean => {
      calls.receive(Buffer.from(buffer));
      return !isAttached;
    },
  };
  const socket = connect({ path: file.socket, onread });
  const calls = new HostCalls(socket);
  socket.on('error', () => socket.destroy());
  await attachBy(calls, file, ticket);
  isAttached = true;
  const timer = setInterval(() => socket.resume(), 1000);
  socket.once('close', () => clearInterval(timer));
  return socket;
}
