/**
 * `editor.burst`: 100 MB into an editor terminal of ours in the real editor. `editor.builtin`: the time until the right
 * last line of 30 MB is parsed, the editor's own terminal against ours in the same window, with everything shown and as
 * in the product.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Burst, BurstOrder, EditorRig } from './editorRig.ts';
import { liftPauseBudget, runBurst, startEditorRig } from './editorRig.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median } from './figure.ts';
import type { Workload } from './workload.ts';
import { createWorkloads } from './workload.ts';

const MIB = 1024 * 1024;

interface Source {
  readonly file: string;
  readonly bytes: number;
}

/** Dense colours. */
async function createSource(context: BenchContext, megabytes: number): Promise<Source> {
  const directory = await mkdtemp(join(context.temporaryDirectory, 'editor-'));
  const workloads: readonly Workload[] = await createWorkloads(directory, megabytes);
  const { bytes } = workloads.find(({ name }) => name === 'ansi') ?? { bytes: 0 };
  return { file: join(directory, 'ansi.txt'), bytes };
}

async function runRounds(
  context: BenchContext,
  rig: EditorRig,
  orders: readonly BurstOrder[],
): Promise<Burst[][]> {
  const bursts: Burst[][] = orders.map(() => []);
  for (let round = 0; round < context.rounds; round += 1) {
    for (const [index, order] of orders.entries()) {
      context.signal.throwIfAborted();
      const burst = await runBurst(rig, order);
      bursts[index]?.push(burst);
      context.say(`editor ${order.kind}, round ${round + 1}: ${JSON.stringify(burst)}`);
    }
  }
  return bursts;
}

async function* measureBurst(context: BenchContext): AsyncIterable<Measurement> {
  const source = await createSource(context, 100);
  const rig = await startEditorRig();
  let bursts: Burst[] = [];
  try {
    [bursts = []] = await runRounds(context, rig, [{ kind: 'ours', ...source }]);
  } finally {
    await rig.stop();
  }
  const shared = { id: 'editor.burst', rounds: bursts.length } as const;
  const skipped = median(bursts.map(({ skippedBytes }) => skippedBytes)) / 1e6;
  const total = median(bursts.map(({ totalMs }) => totalMs));
  const note = `${skipped.toFixed(1)} of 100 MB skipped, ${total} ms in all, the last line right in every round`;
  const none = { floor: 0, goal: 0, better: 'lower' } as const;
  const discarded = bursts.reduce((sum, burst) => sum + burst.discarded, 0);
  yield { ...shared, case: 'discarded writes', value: discarded, unit: 'count', bound: none, note };
  yield {
    ...shared,
    case: 'lag after the end',
    value: median(bursts.map(({ lagMs }) => lagMs)),
    unit: 'ms',
    bound: { floor: 150, goal: 50, better: 'lower' },
  };
  yield {
    ...shared,
    case: 'growth of the extension host',
    value: median(bursts.map(({ growthBytes }) => growthBytes)),
    unit: 'bytes',
    bound: { floor: 32 * MIB, goal: 16 * MIB, better: 'lower' },
  };
}

async function* measureBuiltin(context: BenchContext): AsyncIterable<Measurement> {
  const source = await createSource(context, 30);
  for (const isPatient of [true, false]) {
    const rig = await startEditorRig(isPatient ? liftPauseBudget : undefined);
    try {
      const orders = [
        { kind: 'builtin', ...source },
        { kind: 'ours', ...source },
      ] as const;
      const [builtin = [], ours = []] = await runRounds(context, rig, orders);
      yield compare(isPatient, builtin, ours);
    } finally {
      await rig.stop();
    }
  }
}

function compare(
  isPatient: boolean,
  builtin: readonly Burst[],
  ours: readonly Burst[],
): Measurement {
  const ratios = builtin.map((burst, index) => burst.totalMs / (ours[index]?.totalMs ?? Infinity));
  const skipped = Math.max(...ours.map(({ skippedBytes }) => skippedBytes));
  if (isPatient && skipped > 0) throw new Error(`${skipped} bytes were skipped.`);
  return {
    id: 'editor.builtin',
    case: isPatient ? 'nothing skipped' : 'as in the product',
    value: median(ratios),
    unit: 'ratio',
    bound: { floor: 3, goal: 5, better: 'higher' },
    rounds: ours.length,
    anchor: {
      seconds: median(builtin.map(({ totalMs }) => totalMs)) / 1000,
      ours: median(ours.map(({ totalMs }) => totalMs)) / 1000,
      lagMs: median(builtin.map(({ lagMs }) => lagMs)),
      oursLagMs: median(ours.map(({ lagMs }) => lagMs)),
    },
    note: `${(skipped / 1e6).toFixed(1)} MB skipped`,
  };
}

async function* measure(
  context: BenchContext,
  wanted: ReadonlySet<string>,
): AsyncIterable<Measurement> {
  if (wanted.has('editor.burst')) yield* measureBurst(context);
  if (wanted.has('editor.builtin')) yield* measureBuiltin(context);
}

export const editorFigure: Figure = {
  cases: {
    'editor.burst': ['discarded writes', 'lag after the end', 'growth of the extension host'],
    'editor.builtin': ['nothing skipped', 'as in the product'],
  },
  measure,
};
