/** `attach.ring`: attach with a full 1 MiB ring, from connect to the last byte, beside a plain socket with the same bytes. */
import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { createHostTransport, openSessionStream } from '../link/stream/stream.ts';
import type { HostRoute } from '../link/stream/stream.ts';
import type { SessionId } from '../protocol/wire/brand.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median } from './figure.ts';
import type { HostRig } from './hostRig.ts';
import { startHostRig } from './hostRig.ts';
import { waitFor } from './waitFor.ts';

const ringBytes = 1 << 20;
const attachesPerRound = 20;

/** A session that wrote far more than its ring holds and then waits. */
async function fillRing(rig: HostRig): Promise<{ session: SessionId; end: number }> {
  const command = 'stty -onlcr; head -c 3000000 /dev/zero | tr "\\0" "x"; exec cat';
  const session = await rig.spawn(['/bin/sh', '-c', command], ringBytes);
  const end = await waitFor('a full ring', async () => {
    const { sessions } = await rig.control.call('host/list', {});
    const found = sessions.find((candidate) => candidate.session === session);
    return found !== undefined && found.end >= 3_000_000 ? found.end : undefined;
  });
  return { session, end };
}

/** Milliseconds until everything up to `end` has arrived; throws when less than a full ring came. */
async function attachOnce(route: HostRoute, end: number): Promise<number> {
  const begin = performance.now();
  const stream = await openSessionStream({
    transport: createHostTransport(route),
    right: 'observe',
  });
  let received = 0;
  await new Promise<void>((resolve, reject) => {
    stream.onClosed(reject);
    stream.onOutput(({ seq, bytes }) => {
      received += bytes.length;
      if (seq + bytes.length >= end) resolve();
    });
  });
  const elapsedMs = performance.now() - begin;
  stream.dispose();
  if (received < ringBytes * 0.9) throw new Error(`Only ${received} bytes of a full ring arrived`);
  return elapsedMs;
}

/** The same bytes over a plain socket, server and client in one process: what the kernel takes. */
async function measurePlainSocket(directory: string): Promise<number> {
  const bytes = Buffer.alloc(ringBytes, 'x');
  const path = join(directory, 'plain.sock');
  const server = createServer((socket) => void socket.end(bytes)).listen(path);
  await once(server, 'listening');
  const begin = performance.now();
  const socket = connect(path);
  let received = 0;
  socket.on('data', (chunk) => (received += chunk.length));
  await once(socket, 'end');
  const elapsedMs = performance.now() - begin;
  socket.destroy();
  server.close();
  await once(server, 'close');
  if (received !== ringBytes) throw new Error('The plain socket lost bytes');
  return elapsedMs;
}

async function* measure(context: BenchContext): AsyncIterable<Measurement> {
  const rig = await startHostRig(context);
  const ours: number[] = [];
  const plain: number[] = [];
  try {
    const { session, end } = await fillRing(rig);
    const route = await rig.route(session);
    await attachOnce(route, end);
    context.say(`attach: ${context.rounds} rounds of ${attachesPerRound}`);
    for (let turn = 0; turn < context.rounds; turn += 1) {
      context.signal.throwIfAborted();
      const samples: number[] = [];
      for (let index = 0; index < attachesPerRound; index += 1)
        samples.push(await attachOnce(route, end));
      ours.push(median(samples));
      plain.push(await measurePlainSocket(context.temporaryDirectory));
    }
    await rig.collect(session);
  } finally {
    await rig.stop();
  }
  const bound = { floor: 15, goal: 5, better: 'lower' } as const;
  const anchor = { plainSocketMs: median(plain) };
  yield {
    id: 'attach.ring',
    case: '1 MiB',
    value: median(ours),
    unit: 'ms',
    bound,
    rounds: ours.length,
    anchor,
  };
}

export const attachFigure: Figure = { cases: { 'attach.ring': ['1 MiB'] }, measure };
