/**
 * `chat.parallel`: what twenty turns that stream at once do to a key in a terminal beside them: its round trip through host
 * and client minus that of a C program on a bare pty, over the same while no turn runs. The agents are programs that write a
 * piece of text every 20 ms, as fast as models do.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../link/daemon/daemon.ts';
import type { SessionStream } from '../link/stream/stream.ts';
import { createHostTransport, openSessionStream } from '../link/stream/stream.ts';
import type { SessionId } from '../protocol/wire/brand.ts';
import { installFakeClaude } from '../test/support/fakeClaude.ts';
import type { PtyAnchor } from './anchor/anchor.ts';
import { compilePtyAnchor } from './anchor/anchor.ts';
import { startDaemonRig } from './daemonRig.ts';
import { echoThrough, nextOutput } from './echo.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median, quantile } from './figure.ts';
import { waitFor } from './waitFor.ts';

const turns = 20;
const pieceMs = 20;
const keys = 300;
const keyGapMs = 12;
/** More than one measurement takes. */
const piecesOfTurn = 5000;

interface Beside {
  readonly link: DaemonLink;
  readonly folder: string;
  readonly environment: Record<string, string>;
}

async function openTerminal({ link, folder, environment }: Beside): Promise<SessionStream> {
  const command = ['/bin/sh', '-c', 'stty raw -echo; printf ready; exec cat'];
  const asked = { agent: 'command', command, cwd: folder, environment };
  const { session } = await link.call('session/open', { ...asked, size: { cols: 80, rows: 24 } });
  const route = await link.call('session/attach', { sessionId: session.id, via: 'host' });
  if (route.via !== 'host') throw new Error('asked for the host');
  const transport = createHostTransport({ ...route, clientId: 'bench-echo', kind: 'test' });
  const stream = await openSessionStream({ transport, right: 'write' });
  await nextOutput(stream);
  return stream;
}

async function openChats({ link, folder, environment }: Beside): Promise<SessionId[]> {
  const ids: SessionId[] = [];
  for (let at = 0; at < turns; at += 1) {
    const { session } = await link.call('chat/create', {
      agent: 'claude',
      cwd: folder,
      environment,
    });
    await link.call('chat/subscribe', { sessionId: session.id, last: 0 });
    ids.push(session.id);
  }
  return ids;
}

async function beginTurns({ link }: Beside, ids: readonly SessionId[]): Promise<void> {
  const streaming = new Set<string>();
  const listening = link.onEvent('chat/appended', ({ sessionId }) => streaming.add(sessionId));
  const text = `pace ${piecesOfTurn} ${pieceMs}`;
  for (const sessionId of ids)
    await link.call('chat/send', { sessionId, messageId: randomUUID(), text });
  await waitFor('all turns to stream', () => (streaming.size === ids.length ? true : undefined));
  listening.dispose();
}

async function endTurns({ link }: Beside, ids: readonly SessionId[]): Promise<void> {
  const ended = new Set<string>();
  const listening = link.onEvent('chat/entryChanged', ({ sessionId, entry }) => {
    if (entry.content.kind === 'turnEnded') ended.add(sessionId);
  });
  for (const sessionId of ids) await link.call('chat/interrupt', { sessionId });
  await waitFor('the end of all turns', () => (ended.size === ids.length ? true : undefined));
  listening.dispose();
}

/** p50 of ours minus p50 of the bare pty, milliseconds. */
async function echo(anchor: PtyAnchor, stream: SessionStream): Promise<number> {
  const bare = (await anchor.echo(keys, keyGapMs * 1000)).map((us) => us / 1000);
  return quantile(await echoThrough(stream), 0.5) - quantile(bare, 0.5);
}

async function* measure(context: BenchContext): AsyncIterable<Measurement> {
  const anchor = compilePtyAnchor(context.temporaryDirectory);
  const folder = join(context.temporaryDirectory, 'parallel', 'folder');
  mkdirSync(folder, { recursive: true });
  const home = join(context.temporaryDirectory, 'parallel', 'data');
  const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
  const [idle, busy]: [number[], number[]] = [[], []];
  try {
    const link = await rig.connect();
    const own = { PATH: process.env['PATH'] ?? '', HOME: folder };
    const beside: Beside = { link, folder, environment: installFakeClaude({ folder, env: own }) };
    await link.call('chat/configure', { change: { maxRunning: turns } });
    const stream = await openTerminal(beside);
    const ids = await openChats(beside);
    context.say(`chat.parallel: ${context.rounds} rounds of ${keys} keys, ${turns} turns`);
    for (let round = 0; round < context.rounds; round += 1) {
      context.signal.throwIfAborted();
      idle.push(await echo(anchor, stream));
      await beginTurns(beside, ids);
      busy.push(await echo(anchor, stream));
      await endTurns(beside, ids);
    }
    stream.dispose();
    link.dispose();
  } finally {
    await rig.stop();
  }
  yield {
    id: 'chat.parallel',
    case: 'echo beside 20 turns',
    value: median(busy) / median(idle),
    unit: 'ratio',
    rounds: busy.length,
    bound: { floor: 2, goal: 1.5, better: 'lower' },
    anchor: { idleMs: median(idle), besideMs: median(busy) },
    note: 'p50, minus that of a bare pty beside the same load; over the same without turns',
  };
}

export const chatParallelFigure: Figure = {
  cases: { 'chat.parallel': ['echo beside 20 turns'] },
  measure,
};
