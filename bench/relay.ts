/**
 * `relay.raw`: throughput of an attached client against a C read of the pty in the same round, hash equal, 0 gaps.
 * `relay.peer`: the same against the relay that anybody writes first. `relay.cpu`: CPU of host / C reader.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PtyAnchor } from './anchor/anchor.ts';
import { compilePtyAnchor } from './anchor/anchor.ts';
import type { CountResult } from './client/counter.ts';
import type { BenchContext, Bound, Figure, Measurement } from './figure.ts';
import { median } from './figure.ts';
import type { HostRig } from './hostRig.ts';
import { startHostRig } from './hostRig.ts';
import { readCpuSeconds } from './processUsage.ts';
import { startClient } from './relayClient.ts';
import type { Workload } from './workload.ts';
import { createWorkloads, removeWorkloads } from './workload.ts';

const here = dirname(fileURLToPath(import.meta.url));
const ringBytes = 1 << 20;

const rawBounds: Readonly<Record<Workload['name'], Bound>> = {
  ansi: { floor: 0.7, goal: 0.85, better: 'higher' },
  b64: { floor: 0.8, goal: 0.9, better: 'higher' },
  seq: { floor: 0.8, goal: 0.9, better: 'higher' },
};
const peerBounds: Readonly<Record<Workload['name'], Bound>> = {
  ansi: { floor: 1.1, goal: 1.25, better: 'higher' },
  b64: { floor: 1.1, goal: 1.2, better: 'higher' },
  seq: { floor: 1, goal: 1.1, better: 'higher' },
};

type ClientResult = CountResult & { readonly gaps?: number; readonly failure?: string };

/** Wall clock of the client and CPU of the host, seconds. */
interface OurRun {
  readonly seconds: number;
  readonly cpu: number;
}

/** One run of ours. Throws when a byte is missing or doubled. */
async function relayOurs(rig: HostRig, workload: Workload, verify: boolean): Promise<OurRun> {
  const session = await rig.spawn(['/bin/sh', '-c', workload.command], ringBytes);
  const order = { route: await rig.route(session), bytes: workload.bytes, verify };
  const before = readCpuSeconds(rig.pid);
  const result = await runClient('sessionClient.ts', [JSON.stringify(order)]);
  const cpu = readCpuSeconds(rig.pid) - before;
  await rig.collect(session);
  if (result.failure !== undefined || result.gaps !== 0) {
    throw new Error(`${workload.name}: ${result.gaps} gaps, ${result.failure ?? 'no failure'}`);
  }
  if (verify && (result.sha256 !== workload.sha256 || result.bytes !== workload.bytes)) {
    throw new Error(`${workload.name}: the client got other bytes than the program wrote`);
  }
  return { seconds: result.seconds, cpu };
}

async function runClient(file: string, args: readonly string[]): Promise<ClientResult> {
  return JSON.parse(await startClient(file, args).line()) as ClientResult;
}

async function relayNaive(workload: Workload): Promise<number> {
  const server = spawn(process.execPath, [join(here, 'naive', 'naiveRelay.ts'), workload.command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(server, 'exit');
  const [port] = (await once(createInterface(server.stdout), 'line')) as [string];
  const { seconds } = await runClient('naiveClient.ts', [port, String(workload.bytes)]);
  server.kill('SIGKILL');
  await gone;
  return seconds;
}

interface Round {
  readonly anchor: number;
  readonly anchorCpu: number;
  readonly ours: number;
  readonly ourCpu: number;
  readonly naive: number;
}

async function measureRound(anchor: PtyAnchor, rig: HostRig, workload: Workload): Promise<Round> {
  const raw = await anchor.read(workload.bytes, workload.command);
  const ours = await relayOurs(rig, workload, false);
  return {
    anchor: raw.seconds,
    anchorCpu: raw.cpu,
    ours: ours.seconds,
    ourCpu: ours.cpu,
    naive: await relayNaive(workload),
  };
}

function* toMeasurements(
  workload: Workload,
  rounds: readonly Round[],
  wanted: ReadonlySet<string>,
): Iterable<Measurement> {
  const megabytesPerSecond = workload.bytes / 1e6 / median(rounds.map(({ anchor }) => anchor));
  const shared = { case: workload.name, unit: 'ratio', rounds: rounds.length } as const;
  if (wanted.has('relay.raw')) {
    const value = median(rounds.map(({ anchor, ours }) => anchor / ours));
    const anchor = { rawMBps: megabytesPerSecond };
    yield { id: 'relay.raw', value, bound: rawBounds[workload.name], anchor, ...shared };
  }
  if (wanted.has('relay.cpu') && workload.name === 'ansi') {
    const value = median(rounds.map(({ ourCpu, anchorCpu }) => ourCpu / anchorCpu));
    const anchor = { seconds: median(rounds.map(({ anchorCpu }) => anchorCpu)) };
    const bound = { floor: 2.2, goal: 1.5, better: 'lower' } as const;
    yield { id: 'relay.cpu', value, bound, anchor, ...shared };
  }
  if (wanted.has('relay.peer')) {
    const value = median(rounds.map(({ naive, ours }) => naive / ours));
    const naiveMBps = workload.bytes / 1e6 / median(rounds.map(({ naive }) => naive));
    const note = 'peer: the naive relay; ttyd is not to be had from a registry';
    yield {
      id: 'relay.peer',
      value,
      bound: peerBounds[workload.name],
      anchor: { naiveMBps },
      note,
      ...shared,
    };
  }
}

async function* measure(
  context: BenchContext,
  wanted: ReadonlySet<string>,
): AsyncIterable<Measurement> {
  const anchor = compilePtyAnchor(context.temporaryDirectory);
  context.say('writing the relay workloads');
  const workloads = await createWorkloads(context.temporaryDirectory);
  const rig = await startHostRig(context);
  try {
    for (const workload of workloads) {
      context.say(`relay ${workload.name}: one verified run, then ${context.rounds} rounds`);
      await relayOurs(rig, workload, true);
      const rounds: Round[] = [];
      for (let turn = 0; turn < context.rounds; turn += 1) {
        context.signal.throwIfAborted();
        rounds.push(await measureRound(anchor, rig, workload));
      }
      yield* toMeasurements(workload, rounds, wanted);
    }
  } finally {
    await rig.stop();
    await removeWorkloads(context.temporaryDirectory);
  }
}

export const relayFigure: Figure = {
  cases: {
    'relay.raw': ['ansi', 'b64', 'seq'],
    'relay.peer': ['ansi', 'b64', 'seq'],
    'relay.cpu': ['ansi'],
  },
  measure,
};
