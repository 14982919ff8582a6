/** A client without manners: raw HTTP text, WebSockets that say what they like. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import { randomHex } from '../../link/proof/proof.ts';

/** Sends the bytes and returns all that comes back until the server closes. */
export async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('utf8');
  let answer = '';
  socket.on('data', (chunk: string) => (answer += chunk));
  socket.on('error', () => socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(bytes);
  await closed;
  return answer;
}

/** The status of a request made of lines; 0 when the server just closed. */
export async function statusOf(port: number, lines: readonly string[]): Promise<number> {
  const answer = await exchange(port, `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`);
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
}

/** Lines of an upgrade request; `over` replaces or adds headers. */
export function upgradeLines(
  port: number,
  { path = '/ws', headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): string[] {
  const all: Record<string, string> = {
    Host: `127.0.0.1:${port}`,
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`GET ${path} HTTP/1.1`, ...lines];
}

export interface Ended {
  readonly code: number;
  readonly messages: unknown[];
}

/** A WebSocket over the private socket that sends the given messages after opening, one after each answer. */
export async function converse(
  socketPath: string,
  messages: readonly (string | Buffer)[],
): Promise<Ended> {
  const socket = openSocket(socketPath);
  const answers: unknown[] = [];
  const queue = [...messages];
  const next = (): void => {
    const message = queue.shift();
    if (message !== undefined) socket.send(message);
  };
  socket.on('open', next);
  socket.on('message', (message: Buffer) => {
    answers.push(JSON.parse(message.toString('utf8')));
    next();
  });
  socket.on('error', () => socket.terminate());
  const code = await new Promise<number>((resolve) => socket.once('close', resolve));
  return { code, messages: answers };
}

export function openSocket(socketPath: string): WebSocket {
  return new WebSocket('ws://waggle/ws', {
    createConnection: (): Socket => connect(socketPath),
  });
}

/** A hello as JSON; `over` replaces parameters. */
export function hello(over: Record<string, unknown> = {}): string {
  return request(0, 'connection/hello', {
    protocol: { min: 1, max: 1 },
    clientVersion: 'test',
    kind: 'test',
    tokenId: 'owner',
    nonce: randomHex(32),
    ...over,
  });
}

export function request(id: number, method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

/** The code of our error in an answer, or undefined. */
export function codeOf(answer: unknown): string | undefined {
  const { error } = answer as { error?: { data?: { code?: string } } };
  return error?.data?.code;
}
