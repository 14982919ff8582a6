/**
 * `exit.tail`: what a program wrote just before it ended, whole? Runs that lost a byte, out of 100 over five cases, on
 * each runtime that the product supports and this machine has. A run is right when an attached client or, where the
 * client is held back on purpose, a later one got exactly the bytes of the program.
 */
import { createHash } from 'node:crypto';
import { createHostTransport, openSessionStream } from '../link/stream/stream.ts';
import type { SessionStream } from '../link/stream/stream.ts';
import type { SessionId } from '../protocol/wire/brand.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import type { HostRig } from './hostRig.ts';
import { startHostRig } from './hostRig.ts';
import { findRuntimes, majorOf, oldestMajor } from './runtimes.ts';
import { waitFor } from './waitFor.ts';

const runsPerCase = 20;
const bigRing = 32 << 20;
const ownMajor = majorOf(process.versions.node);

interface TailCase {
  readonly name: 'short' | '20 kB' | '20 MB' | 'paused' | 'busy';
  readonly bytes: number;
  /** A client that never acknowledges is attached while the program ends; the bytes are read afterwards. */
  readonly held: boolean;
  /** Two floods run in the same host. */
  readonly busy: boolean;
}

const cases: readonly TailCase[] = [
  { name: 'short', bytes: 5, held: false, busy: false },
  { name: '20 kB', bytes: 20_000, held: false, busy: false },
  { name: '20 MB', bytes: 20_000_000, held: false, busy: false },
  { name: 'paused', bytes: 4_000_000, held: true, busy: false },
  { name: 'busy', bytes: 20_000, held: false, busy: true },
];

/** Writes that many bytes which end in a mark of their own, then ends at once. */
function commandOf(bytes: number): string {
  const body = bytes > 5 ? `yes 0123456789abcde | head -c ${bytes - 5};` : '';
  return `stty -echo -onlcr; printf ready; read x; ${body} printf 'tail\\n'`;
}

function expectedHash(bytes: number): string {
  const body = '0123456789abcde\n'.repeat(Math.ceil(bytes / 16)).slice(0, Math.max(0, bytes - 5));
  return createHash('sha256').update(`ready${body}tail\n`).digest('hex');
}

/** SHA-256 of everything up to the exit, gaps counted as what they are: a difference. */
function hashUntilExit(stream: SessionStream, begin: () => void): Promise<string> {
  const hash = createHash('sha256');
  let seen = '';
  return new Promise((resolve, reject) => {
    stream.onClosed(reject);
    stream.onGap(({ from, to }) => hash.update(`gap ${from} ${to}`));
    stream.onExit(() => resolve(hash.digest('hex')));
    stream.onOutput(({ bytes }) => {
      hash.update(bytes);
      if (seen.includes('ready')) return;
      seen += Buffer.from(bytes).toString('latin1');
      if (seen.includes('ready')) begin();
    });
  });
}

async function attach(
  rig: HostRig,
  session: SessionId,
  acknowledge: 'automatic' | 'manual',
): Promise<SessionStream> {
  const transport = createHostTransport(await rig.route(session));
  return openSessionStream({ transport, right: 'write', acknowledge });
}

async function runOnce(rig: HostRig, tailCase: TailCase): Promise<boolean> {
  const session = await rig.spawn(['/bin/sh', '-c', commandOf(tailCase.bytes)], bigRing);
  const hash = tailCase.held
    ? await hashBehindHeldClient(rig, session)
    : await hashLive(rig, session);
  await rig.collect(session);
  return hash === expectedHash(tailCase.bytes);
}

async function hashLive(rig: HostRig, session: SessionId): Promise<string> {
  const live = await attach(rig, session, 'automatic');
  const hash = await hashUntilExit(live, () => void live.write(Buffer.from('\n')));
  live.dispose();
  return hash;
}

/** The held client holds the program back as long as it may; what counts is what a later one finds after the end. */
async function hashBehindHeldClient(rig: HostRig, session: SessionId): Promise<string> {
  const held = await attach(rig, session, 'manual');
  void hashUntilExit(held, () => void held.write(Buffer.from('\n'))).catch(ignoreDetached);
  await waitFor('the end of the program', async () => {
    const { sessions } = await rig.control.call('host/list', {});
    return sessions.find((candidate) => candidate.session === session)?.exit ?? undefined;
  });
  held.dispose();
  const late = await attach(rig, session, 'automatic');
  const hash = await hashUntilExit(late, () => undefined);
  late.dispose();
  return hash;
}

/** The held client is taken away before it has seen the end: that is the case. */
function ignoreDetached(): void {
  return;
}

async function countLost(rig: HostRig, tailCase: TailCase, signal: AbortSignal): Promise<number> {
  const floods: SessionId[] = [];
  for (let flood = 0; flood < (tailCase.busy ? 2 : 0); flood += 1) {
    floods.push(await rig.spawn(['/bin/sh', '-c', 'exec yes'], 1 << 20));
  }
  let lost = 0;
  for (let turn = 0; turn < runsPerCase; turn += 1) {
    signal.throwIfAborted();
    if (!(await runOnce(rig, tailCase))) lost += 1;
  }
  for (const flood of floods) await rig.collect(flood);
  return lost;
}

function nameOf(major: number): string {
  return `node ${major}`;
}

async function* measure(context: BenchContext): AsyncIterable<Measurement> {
  for await (const runtime of findRuntimes()) {
    const rig = await startHostRig({ ...context, runtime: runtime.execPath });
    try {
      context.say(
        `exit: ${cases.length * runsPerCase} programs that write and end, on Node ${runtime.version}`,
      );
      let lost = 0;
      const perCase: Record<string, number> = {};
      for (const tailCase of cases) {
        const lostHere = await countLost(rig, tailCase, context.signal);
        perCase[`lost ${tailCase.name}`] = lostHere;
        lost += lostHere;
      }
      const bound = { floor: 0, goal: 0, better: 'lower' } as const;
      const rounds = cases.length * runsPerCase;
      const name = nameOf(majorOf(runtime.version));
      yield {
        id: 'exit.tail',
        case: name,
        value: lost,
        unit: 'count',
        bound,
        rounds,
        anchor: perCase,
        note: `Node ${runtime.version}`,
      };
    } finally {
      await rig.stop();
    }
  }
}

export const exitFigure: Figure = {
  cases: { 'exit.tail': [...new Set([ownMajor, oldestMajor])].map(nameOf) },
  measure,
};
