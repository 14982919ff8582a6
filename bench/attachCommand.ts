/**
 * `attach.cli`: a session that runs already, shown again by the command: from starting `waggle attach` in a terminal to the
 * first bytes of what the session wrote before, against `node -e 0`.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { spawn as spawnPty } from 'node-pty';
import { measureNodeStart } from './anchor/anchor.ts';
import { findInstalled } from './cold.ts';
import { startDaemonRig } from './daemonRig.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median } from './figure.ts';

const mark = 'WRITTEN-BEFORE';
const limitMs = 60_000;
const bound = { floor: 4, goal: 2.5, better: 'lower' } as const;

interface Attached {
  readonly home: string;
  readonly sessionId: string;
}

/** Milliseconds until the mark is on the terminal; resolves once the command is gone again. */
function measureAttach({ home, sessionId }: Attached): Promise<number> {
  const begin = performance.now();
  const terminal = spawnPty(
    process.execPath,
    [join(findInstalled(home), 'waggle.cjs'), 'attach', sessionId],
    { cols: 120, rows: 40, env: { ...process.env, WAGGLE_HOME: home, WAGGLE_PORT: '0' } },
  );
  return new Promise((resolve, reject) => {
    let seen = '';
    let elapsedMs: number | undefined;
    terminal.onData((data) => {
      seen += data;
      if (elapsedMs !== undefined || !seen.includes(mark)) return;
      elapsedMs = performance.now() - begin;
      terminal.kill();
    });
    const limit = setTimeout(() => terminal.kill(), limitMs);
    terminal.onExit(() => {
      clearTimeout(limit);
      if (elapsedMs === undefined) reject(new Error(`The command ended too early: ${seen}`));
      else resolve(elapsedMs);
    });
  });
}

async function* measure(context: BenchContext): AsyncIterable<Measurement> {
  const home = await mkdtemp(join(context.temporaryDirectory, 'attach-'));
  const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
  const rounds: { readonly node: number; readonly attach: number }[] = [];
  try {
    const link = await rig.connect();
    const { session } = await link.call('session/open', {
      agent: 'command',
      command: ['/bin/sh', '-c', `echo ${mark}; exec sleep 600`],
      cwd: home,
      size: { cols: 120, rows: 40 },
    });
    link.dispose();
    const attached = { home, sessionId: session.id };
    // The first one writes down what was compiled.
    await measureAttach(attached);
    context.say(`attach.cli: ${context.rounds} rounds`);
    for (let turn = 0; turn < context.rounds; turn += 1) {
      context.signal.throwIfAborted();
      rounds.push({ node: await measureNodeStart(), attach: await measureAttach(attached) });
    }
  } finally {
    await rig.stop();
  }
  yield {
    id: 'attach.cli',
    case: 'of node -e 0',
    value: median(rounds.map(({ attach, node }) => attach / node)),
    unit: 'ratio',
    bound,
    rounds: rounds.length,
    anchor: {
      nodeMs: median(rounds.map(({ node }) => node)),
      ms: median(rounds.map(({ attach }) => attach)),
    },
  };
}

export const attachCommandFigure: Figure = { cases: { 'attach.cli': ['of node -e 0'] }, measure };
