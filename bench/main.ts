/**
 * `npm run -s bench -- [ids…] [--rounds N] [--gate]`: prints one JSON line per figure and case on stdout, what it does and
 * at the end a table of all on stderr. The exit code is 1 when a figure failed, and with `--gate` also when a value is
 * worse than its floor or missing.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.ts';
import { attachFigure } from './attach.ts';
import { attentionLatencyFigure } from './attentionLatency.ts';
import { attachCommandFigure } from './attachCommand.ts';
import { attentionFigure } from './attention.ts';
import { chatFigure } from './chat.ts';
import { chatParallelFigure } from './chatParallel.ts';
import { chatViewFigure } from './chatView.ts';
import { coldFigure } from './cold.ts';
import { echoFigure } from './echo.ts';
import { editorFigure } from './editor.ts';
import { exitFigure } from './exit.ts';
import type { Figure, Measurement } from './figure.ts';
import { apart, toLine } from './figure.ts';
import { fanoutFigure } from './fanout.ts';
import { judge, opensGate, toTable } from './gate.ts';
import { killFigure } from './kill.ts';
import { mcpFigure } from './mcp.ts';
import { memoryFigure } from './memory.ts';
import { memoryRecallFigure } from './memoryRecall.ts';
import { relayFigure } from './relay.ts';
import { runFigures } from './run.ts';
import { storeFigure } from './store.ts';
import { stuckFigure } from './stuck.ts';
import { taskFigure } from './task.ts';
import { tmuxFigure } from './tmux.ts';

const figures: readonly Figure[] = [
  relayFigure,
  fanoutFigure,
  stuckFigure,
  storeFigure,
  chatFigure,
  chatParallelFigure,
  memoryFigure,
  mcpFigure,
  ...apart(taskFigure),
  ...apart(tmuxFigure),
  ...apart(echoFigure),
  attachFigure,
  attachCommandFigure,
  attentionLatencyFigure,
  coldFigure,
  exitFigure,
  killFigure,
  attentionFigure,
  ...apart(memoryRecallFigure),
  ...apart(editorFigure),
  ...apart(chatViewFigure),
];

function chooseIds(asked: readonly string[]): ReadonlySet<string> {
  const known = figures.flatMap(({ cases }) => Object.keys(cases));
  const unknown = asked.filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    process.stderr.write(`Unknown figure ${unknown.join(', ')}. Known: ${known.join(', ')}\n`);
    process.exit(2);
  }
  return new Set(asked.length > 0 ? asked : known);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      gate: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
    },
  });
  const wanted = chooseIds(positionals);
  const rounds = Math.max(1, Number.parseInt(values.rounds, 10) || 5);
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const { programDirectory } = await build({ quiet: true });
  const temporaryDirectory = await mkdtemp(join(tmpdir(), 'waggle-bench-'));
  const say = (text: string): void => void process.stderr.write(`bench: ${text}\n`);
  try {
    const context = { rounds, programDirectory, temporaryDirectory, signal: interrupt.signal, say };
    const print = (measurement: Measurement): void =>
      void process.stdout.write(`${toLine(measurement)}\n`);
    const outcome = await runFigures({ figures, context, wanted, print });
    const verdicts = judge(figures, wanted, outcome);
    process.stderr.write(`\n${toTable(verdicts)}`);
    const isGood = values.gate ? opensGate(verdicts) : outcome.failures.length === 0;
    return isGood ? 0 : 1;
  } finally {
    await rm(temporaryDirectory, { recursive: true, force: true });
  }
}

process.exitCode = await main();
