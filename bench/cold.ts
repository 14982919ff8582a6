/**
 * `cold.prompt`: nothing runs, the program is installed; from starting the command to the first prompt of the session it
 * opens, against `node -e 0`. `cold.listen`: from starting the daemon to its runtime file, which is written once it listens.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { spawn as spawnPty } from 'node-pty';
import { resolveHome } from '../link/home/home.ts';
import { measureNodeStart } from './anchor/anchor.ts';
import type { DaemonRig } from './daemonRig.ts';
import { startDaemonRig } from './daemonRig.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median } from './figure.ts';
import { waitFor } from './waitFor.ts';

const prompt = 'FIRST-PROMPT';

/** The directory that the command of this data directory runs from. */
export function findInstalled(home: string): string {
  const { programDir } = resolveHome({ ...process.env, WAGGLE_HOME: home });
  return join(programDir, readFileSync(join(programDir, 'current'), 'utf8').trim());
}

/** Milliseconds from starting `waggle new` in a terminal until the program it opens has printed its prompt. */
function measurePrompt(home: string): Promise<number> {
  const command = join(findInstalled(home), 'waggle.cjs');
  const begin = performance.now();
  const terminal = spawnPty(
    process.execPath,
    [command, 'new', '--', '/bin/sh', '-c', `printf ${prompt}; exec sleep 600`],
    { cols: 120, rows: 40, env: { ...process.env, WAGGLE_HOME: home, WAGGLE_PORT: '0' } },
  );
  return new Promise((resolve, reject) => {
    let seen = '';
    let elapsedMs: number | undefined;
    terminal.onData((data) => {
      seen += data;
      if (elapsedMs !== undefined || !seen.includes(prompt)) return;
      elapsedMs = performance.now() - begin;
      terminal.kill();
    });
    terminal.onExit(() => {
      if (elapsedMs === undefined) reject(new Error(`The command ended without a prompt: ${seen}`));
      else resolve(elapsedMs);
    });
  });
}

/** Milliseconds from starting the installed daemon, with the compile cache that its starter gives it, to its runtime file. */
async function measureListen(home: string): Promise<number> {
  const { runtimeFile } = resolveHome({ ...process.env, WAGGLE_HOME: home });
  const program = findInstalled(home);
  const begin = performance.now();
  const daemon = spawn(process.execPath, [join(program, 'waggled.cjs'), '--home', home], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, WAGGLE_PORT: '0', NODE_COMPILE_CACHE: join(program, 'cache') },
  });
  daemon.unref();
  await waitFor('the runtime file', () => (existsSync(runtimeFile) ? true : undefined));
  return performance.now() - begin;
}

interface Round {
  readonly node: number;
  readonly prompt: number;
  readonly listen: number;
}

async function measureRound(rig: DaemonRig): Promise<Round> {
  const node = await measureNodeStart();
  const prompt = await measurePrompt(rig.home);
  await rig.end();
  const listen = await measureListen(rig.home);
  await rig.end();
  return { node, prompt, listen };
}

async function* measure(
  context: BenchContext,
  wanted: ReadonlySet<string>,
): AsyncIterable<Measurement> {
  const home = await mkdtemp(join(context.temporaryDirectory, 'cold-'));
  const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
  const rounds: Round[] = [];
  try {
    // The first start copies the program and makes the database; what follows is what a person meets every day.
    (await rig.connect()).dispose();
    await rig.end();
    context.say(`cold: ${context.rounds} rounds of command and daemon from nothing`);
    for (let turn = 0; turn < context.rounds; turn += 1) {
      context.signal.throwIfAborted();
      rounds.push(await measureRound(rig));
    }
  } finally {
    await rig.stop();
  }
  const anchor = { nodeMs: median(rounds.map(({ node }) => node)) };
  const figures = [
    { id: 'cold.prompt', of: 'prompt', bound: { floor: 10, goal: 6, better: 'lower' } },
    { id: 'cold.listen', of: 'listen', bound: { floor: 4, goal: 3, better: 'lower' } },
  ] as const;
  for (const { id, of, bound } of figures) {
    if (!wanted.has(id)) continue;
    const value = median(rounds.map((round) => round[of] / round.node));
    const ms = median(rounds.map((round) => round[of]));
    const shared = { id, unit: 'ratio', rounds: rounds.length, bound } as const;
    yield { ...shared, case: 'of node -e 0', value, anchor: { ...anchor, ms } };
    if (id === 'cold.prompt') {
      const limit = { floor: 500, goal: 300, better: 'lower' } as const;
      yield { ...shared, case: 'absolute', value: ms, unit: 'ms', bound: limit, anchor };
    }
  }
}

export const coldFigure: Figure = {
  cases: { 'cold.prompt': ['of node -e 0', 'absolute'], 'cold.listen': ['of node -e 0'] },
  measure,
};
