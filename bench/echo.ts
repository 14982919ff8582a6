/** `echo.idle`: round trip of a key through host and client minus that of a C program on a bare pty, p50 and p99. */
import { setTimeout as pause } from 'node:timers/promises';
import { createHostTransport, openSessionStream } from '../link/stream/stream.ts';
import type { SessionStream } from '../link/stream/stream.ts';
import { compilePtyAnchor } from './anchor/anchor.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median, quantile } from './figure.ts';
import type { HostRig } from './hostRig.ts';
import { startHostRig } from './hostRig.ts';

const keys = 300;
const gapMs = 12;

function nextOutput(stream: SessionStream): Promise<void> {
  return new Promise((resolve) => {
    const subscription = stream.onOutput(() => {
      subscription.dispose();
      resolve();
    });
  });
}

/** Round trips in milliseconds. */
async function echoOurs(rig: HostRig): Promise<number[]> {
  const session = await rig.spawn(
    ['/bin/sh', '-c', 'stty raw -echo; printf ready; exec cat'],
    1 << 20,
  );
  const stream = await openSessionStream({
    transport: createHostTransport(await rig.route(session)),
    right: 'write',
  });
  await nextOutput(stream);
  const samples: number[] = [];
  for (let index = 0; index < keys; index += 1) {
    await pause(gapMs);
    const echoed = nextOutput(stream);
    const begin = performance.now();
    void stream.write(Buffer.from('x'));
    await echoed;
    samples.push(performance.now() - begin);
  }
  stream.dispose();
  await rig.collect(session);
  return samples;
}

async function* measure(context: BenchContext): AsyncIterable<Measurement> {
  const anchor = compilePtyAnchor(context.temporaryDirectory);
  const rig = await startHostRig(context);
  const rounds: { ours: number[]; bare: number[] }[] = [];
  try {
    context.say(`echo: ${context.rounds} rounds of ${keys} keys`);
    for (let turn = 0; turn < context.rounds; turn += 1) {
      context.signal.throwIfAborted();
      const bare = (await anchor.echo(keys, gapMs * 1000)).map((us) => us / 1000);
      rounds.push({ bare, ours: await echoOurs(rig) });
    }
  } finally {
    await rig.stop();
  }
  const cases = [
    { name: 'p50', share: 0.5, bound: { floor: 0.6, goal: 0.3, better: 'lower' } },
    { name: 'p99', share: 0.99, bound: { floor: 3, goal: 1, better: 'lower' } },
  ] as const;
  for (const { name, share, bound } of cases) {
    const bareMs = median(rounds.map(({ bare }) => quantile(bare, share)));
    const value = median(
      rounds.map(({ ours, bare }) => quantile(ours, share) - quantile(bare, share)),
    );
    yield {
      id: 'echo.idle',
      case: name,
      value,
      unit: 'ms',
      bound,
      rounds: rounds.length,
      anchor: { bareMs },
    };
  }
}

export const echoFigure: Figure = { ids: ['echo.idle'], measure };
