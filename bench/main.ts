/**
 * `npm run -s bench -- [ids…] [--rounds N] [--gate]`: prints one JSON line per figure and case on stdout, what it does on
 * stderr. With `--gate` the exit code is 1 when a value is worse than its floor.
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
import { coldFigure } from './cold.ts';
import { echoFigure } from './echo.ts';
import { editorFigure } from './editor.ts';
import { exitFigure } from './exit.ts';
import type { BenchContext, Figure } from './figure.ts';
import { holdsFloor, toLine } from './figure.ts';
import { fanoutFigure } from './fanout.ts';
import { killFigure } from './kill.ts';
import { memoryFigure } from './memory.ts';
import { relayFigure } from './relay.ts';
import { storeFigure } from './store.ts';
import { stuckFigure } from './stuck.ts';
import { tmuxFigure } from './tmux.ts';

const figures: readonly Figure[] = [
  relayFigure,
  fanoutFigure,
  stuckFigure,
  storeFigure,
  memoryFigure,
  tmuxFigure,
  echoFigure,
  attachFigure,
  attachCommandFigure,
  attentionLatencyFigure,
  coldFigure,
  exitFigure,
  killFigure,
  attentionFigure,
  editorFigure,
];

function chooseIds(asked: readonly string[]): ReadonlySet<string> {
  const known = figures.flatMap(({ ids }) => ids);
  const unknown = asked.filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    process.stderr.write(`Unknown figure ${unknown.join(', ')}. Known: ${known.join(', ')}\n`);
    process.exit(2);
  }
  return new Set(asked.length > 0 ? asked : known);
}

/** Measures what is wanted, prints each line at once; returns how many values are worse than their floor. */
async function measureAll(context: BenchContext, wanted: ReadonlySet<string>): Promise<number> {
  let worse = 0;
  for (const figure of figures.filter(({ ids }) => ids.some((id) => wanted.has(id)))) {
    for await (const measurement of figure.measure(context, wanted)) {
      process.stdout.write(`${toLine(measurement)}\n`);
      if (!holdsFloor(measurement)) worse += 1;
    }
  }
  return worse;
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
    const worse = await measureAll(context, wanted);
    return values.gate && worse > 0 ? 1 : 0;
  } finally {
    await rm(temporaryDirectory, { recursive: true, force: true });
  }
}

process.exitCode = await main();
