/** `waggle uninstall`: lists everything of Waggle on this machine, asks, takes it away, and says what became of each. */
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { findHeldToken } from '../../link/access/access.ts';
import type { RemovalContext, Trace } from '../../link/removal/removal.ts';
import { listTraces, removeTrace } from '../../link/removal/removal.ts';
import { defaultShimDirectory } from '../../link/shim/shim.ts';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { stopDaemon } from '../daemon/daemon.ts';
import { exitCodes } from '../output/output.ts';
import { accessContextOf, askYes, revokeToken } from '../tools/tools.ts';

export interface UninstallOptions {
  readonly data: boolean;
  readonly yes: boolean;
  readonly directory: string | undefined;
}

interface Row {
  /** For a person. */
  readonly text: string;
  readonly kind: Trace['kind'];
  readonly path: string;
  readonly removed: boolean;
  readonly problem?: { readonly message: string; readonly fix: string | undefined };
  /** What else lies in the data directory. */
  readonly left?: readonly string[];
}

/** Exit code 1 when something could not be taken away, or the person said no. */
export async function uninstall(
  context: CommandContext,
  { data, yes, directory }: UninstallOptions,
): Promise<number> {
  if (data && context.identity !== undefined)
    throw new WaggleError(
      'forbidden',
      'This terminal is a session; it would end with the others.',
      {
        fix: 'Run it in a terminal that is no session.',
      },
    );
  const commandDirectories = [resolve(directory ?? defaultShimDirectory())];
  const removal: RemovalContext = { ...accessContextOf(context), commandDirectories };
  const all = listTraces(removal);
  const traces = all.filter(({ kind }) => data || kind !== 'data');
  if (traces.length > 0) {
    context.output.note('This goes:');
    for (const trace of traces) context.output.note(`  ${describeTrace(trace)}`);
    if (data) context.output.note('Sessions that run are ended.');
    const question = { text: 'Remove all of it?', isAnswered: yes };
    if (!(await askYes(context, question))) return exitCodes.failure;
  }
  const rows: Row[] = [];
  for (const trace of traces) rows.push(await remove(context, removal, trace));
  context.output.result({ traces: rows.map(({ text: _text, ...row }) => row) }, () =>
    describe(rows),
  );
  const kept = all.find(({ kind }) => kind === 'data');
  if (!data && kept !== undefined)
    context.output.note(`Kept: ${kept.path}. "waggle uninstall --data" takes it too.`);
  return rows.every(({ removed }) => removed) ? exitCodes.ok : exitCodes.failure;
}

function describeTrace(trace: Trace): string {
  const path = toPlainLine(trace.path, 500);
  if (trace.kind === 'entry') return `the entry of ${trace.label} in ${path}`;
  if (trace.kind === 'stuckEntry') return `the entry of ${trace.label} in ${path}, by hand`;
  if (trace.kind === 'command') return `the command ${path}`;
  if (trace.kind === 'login') return `the start at login, ${path}`;
  return `the data in ${path} (${Math.ceil(trace.bytes / 1024 / 1024)} MiB)`;
}

function describe(rows: readonly Row[]): string[] {
  if (rows.length === 0) return ['There is nothing of Waggle to take away.'];
  return rows.flatMap(({ text, removed, problem, left = [] }) => {
    const line = removed ? `Removed: ${text}` : `Left: ${text}: ${problem?.message ?? ''}`;
    const fix = problem?.fix === undefined ? [] : [`  To fix: ${problem.fix}`];
    const others =
      left.length === 0
        ? []
        : [`  Not ours and left there: ${left.map((name) => toPlainLine(name)).join(', ')}`];
    return [line, ...fix, ...others];
  });
}

async function remove(
  context: CommandContext,
  removal: RemovalContext,
  trace: Trace,
): Promise<Row> {
  const { kind, path } = trace;
  const about = { text: describeTrace(trace), kind, path };
  try {
    if (trace.kind === 'data') await endEverything(context);
    if (trace.kind === 'entry') await revokeOf(context, trace.change.agent);
    const left = await removeTrace(removal, trace);
    return { ...about, removed: true, ...(left.length === 0 ? {} : { left }) };
  } catch (error) {
    const fix = error instanceof WaggleError ? error.fix : undefined;
    return { ...about, removed: false, problem: { message: errorMessageOf(error), fix } };
  }
}

/** Hosts outlive their daemon: only one that runs can end what they hold. */
async function endEverything(context: CommandContext): Promise<void> {
  const { runDir } = context.paths;
  const names = existsSync(runDir) ? readdirSync(runDir) : [];
  if (names.some((name) => /^host-.*\.json$/.test(name))) await context.connect();
  await stopDaemon(context, 'kill');
}

async function revokeOf(
  context: CommandContext,
  agent: Parameters<typeof findHeldToken>[1],
): Promise<void> {
  const held = findHeldToken(context.paths, agent);
  if (held !== undefined) await revokeToken(context, held);
}
