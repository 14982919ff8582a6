/**
 * `chat.cpu`: what the daemon computes for a thousand events of an agent, pieces of streamed text each. `chat.journal`: how
 * many finished entries of one chat it takes onto the disk in a second. The agent is a program that only writes.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../link/daemon/daemon.ts';
import type { SessionId } from '../protocol/wire/brand.ts';
import { installFakeClaude } from '../test/support/fakeClaude.ts';
import { startDaemonRig } from './daemonRig.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median } from './figure.ts';
import { readCpuSeconds } from './processUsage.ts';

const pieces = 20_000;
const charsOfPiece = 4;
const texts = 2000;

interface Chatting {
  readonly link: DaemonLink;
  readonly sessionId: SessionId;
}

/** Seconds from what is said to the end of its turn. */
async function takeTurn({ link, sessionId }: Chatting, text: string): Promise<number> {
  const done = Promise.withResolvers<void>();
  const listening = link.onEvent('chat/entryChanged', ({ entry }) => {
    if (entry.content.kind === 'turnEnded') done.resolve();
  });
  const begin = performance.now();
  await link.call('chat/send', { sessionId, messageId: randomUUID(), text });
  await done.promise;
  listening.dispose();
  return (performance.now() - begin) / 1000;
}

async function openChat(link: DaemonLink, folder: string): Promise<Chatting> {
  const own = { PATH: process.env['PATH'] ?? '', HOME: folder };
  const environment = installFakeClaude({ folder, env: own });
  const asked = { agent: 'claude', cwd: folder, environment };
  const { session } = await link.call('chat/create', asked);
  await link.call('chat/subscribe', { sessionId: session.id, last: 0 });
  const chatting = { link, sessionId: session.id };
  await takeTurn(chatting, 'say ready');
  return chatting;
}

async function* measure(context: BenchContext): AsyncIterable<Measurement> {
  const folder = join(context.temporaryDirectory, 'chat', 'folder');
  mkdirSync(folder, { recursive: true });
  const home = join(context.temporaryDirectory, 'chat', 'data');
  const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
  const costs: number[] = [];
  const rates: number[] = [];
  try {
    const link = await rig.connect();
    const { pid } = link.info;
    const chatting = await openChat(link, folder);
    context.say(`chat: ${context.rounds} rounds`);
    for (let turn = 0; turn < context.rounds; turn += 1) {
      context.signal.throwIfAborted();
      const before = readCpuSeconds(pid);
      await takeTurn(chatting, `big ${pieces * charsOfPiece}`);
      costs.push(((readCpuSeconds(pid) - before) * 1000) / (pieces / 1000));
      const seconds = await takeTurn(chatting, 'say text\n'.repeat(texts).trim());
      rates.push(texts / seconds);
    }
    link.dispose();
  } finally {
    await rig.stop();
  }
  yield {
    id: 'chat.cpu',
    case: 'per 1,000 events',
    value: median(costs),
    unit: 'ms',
    rounds: costs.length,
    bound: { floor: 150, goal: 60, better: 'lower' },
    note: 'all threads of the daemon; one client is told of each piece',
  };
  yield {
    id: 'chat.journal',
    case: 'entries per second',
    value: median(rates),
    unit: 'perSecond',
    rounds: rates.length,
    bound: { floor: 200, goal: 2000, better: 'higher' },
    note: 'of one chat, each with its stream; as fast as the program writes, durable',
  };
}

export const chatFigure: Figure = {
  cases: { 'chat.cpu': ['per 1,000 events'], 'chat.journal': ['entries per second'] },
  measure,
};
