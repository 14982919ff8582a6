/** `fanout`: what each of ten clients of one session gets against a single one, and what fifty get together. */
import type { FanResult } from './client/fanClient.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median } from './figure.ts';
import type { HostRig } from './hostRig.ts';
import { startHostRig } from './hostRig.ts';
import { startClient } from './relayClient.ts';
import type { Workload } from './workload.ts';
import { createWorkloads, removeWorkloads } from './workload.ts';

const megabytes = 40;

/** Bytes per second of all clients together, and the share of the output that was skipped. */
interface Fan {
  readonly rate: number;
  readonly skipped: number;
}

async function measureFan(rig: HostRig, workload: Workload, clients: number): Promise<Fan> {
  const session = await rig.spawn(['/bin/sh', '-c', workload.command], 1 << 20);
  const routes = await Promise.all(Array.from({ length: clients }, () => rig.route(session)));
  const client = startClient('fanClient.ts', [JSON.stringify({ routes, gate: true })]);
  await client.line();
  const { seconds, bytes, skipped } = JSON.parse(await client.line()) as FanResult;
  await rig.collect(session);
  return { rate: bytes / seconds, skipped: skipped / (clients * workload.bytes) };
}

interface Round {
  readonly one: Fan;
  readonly ten: Fan;
  readonly fifty: Fan;
}

async function* measure(context: BenchContext): AsyncIterable<Measurement> {
  const [workload] = await createWorkloads(context.temporaryDirectory, megabytes);
  if (workload === undefined) throw new Error('no workload');
  const rig = await startHostRig(context);
  const rounds: Round[] = [];
  try {
    context.say(`fanout: ${context.rounds} rounds of 1, 10 and 50 clients`);
    for (let turn = 0; turn < context.rounds; turn += 1) {
      context.signal.throwIfAborted();
      const one = await measureFan(rig, workload, 1);
      const ten = await measureFan(rig, workload, 10);
      rounds.push({ one, ten, fifty: await measureFan(rig, workload, 50) });
    }
  } finally {
    await rig.stop();
    await removeWorkloads(context.temporaryDirectory);
  }
  const shared = { id: 'fanout', rounds: rounds.length } as const;
  const skipped = (fans: readonly Fan[]): string =>
    `skipped: ${(100 * median(fans.map((fan) => fan.skipped))).toFixed(1)} %`;
  yield {
    ...shared,
    case: '10 clients, rate of each',
    value: median(rounds.map(({ one, ten }) => ten.rate / 10 / one.rate)),
    unit: 'ratio',
    bound: { floor: 0.6, goal: 0.8, better: 'higher' },
    anchor: { oneMBps: median(rounds.map(({ one }) => one.rate)) / 1e6 },
    note: skipped(rounds.map(({ ten }) => ten)),
  };
  yield {
    ...shared,
    case: '50 clients, together',
    value: median(rounds.map(({ fifty }) => fifty.rate)) / 1e9,
    unit: 'gigabytesPerSecond',
    bound: { floor: 0.8, goal: 1.2, better: 'higher' },
    anchor: { oneMBps: median(rounds.map(({ one }) => one.rate)) / 1e6 },
    note: skipped(rounds.map(({ fifty }) => fifty)),
  };
}

export const fanoutFigure: Figure = {
  cases: { fanout: ['10 clients, rate of each', '50 clients, together'] },
  measure,
};
