/** Starts the programs detached: a session of their own, a clean environment, their output in a file. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { WaggleError, errorCatalog } from '../../protocol/wire/errors.ts';
import type { ErrorCode } from '../../protocol/wire/errors.ts';
import type { HomePaths } from '../home/home.ts';
import type { Runtime } from './outcome.ts';
import type { StartableProgram } from './program.ts';

const outputMaxBytes = 1024 * 1024;
const tailChars = 4000;
const sigusr1Flag = '--disable-sigusr1';
/** What many sessions leave behind is collected often and in small steps, instead of being let grow. */
const smallHeapFlag = '--semi-space-growth-factor=1';

export interface SpawnOptions {
  readonly paths: HomePaths;
  readonly program: StartableProgram;
  readonly runtime: Runtime;
}

/** How a child ended before it was ready. */
export interface EarlyEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly failure: Error | undefined;
}

export interface SpawnedDaemon {
  readonly pid: number | undefined;
  /** Resolves only when it ends. */
  readonly ended: Promise<EarlyEnd>;
  /** What it printed since it was started, at most 4,000 characters of the end. */
  readTail(): string;
  /** Stops looking after it: it lives without us. */
  release(): void;
}

export function spawnDaemon({ paths, program, runtime }: SpawnOptions): SpawnedDaemon {
  const { descriptor, offset } = openOutput(paths);
  const args = [program.daemon, '--home', paths.home, '--umask', umaskText()];
  const child = launch(runtime, { args, paths, descriptor, cacheDir: program.cacheDir });
  const ended = new Promise<EarlyEnd>((resolve) => {
    child.once('error', (failure) => resolve({ code: null, signal: null, failure }));
    child.once('exit', (code, signal) => resolve({ code, signal, failure: undefined }));
  });
  return {
    pid: child.pid,
    ended,
    readTail: () =>
      readFileSync(paths.outputFile).subarray(offset).toString('utf8').slice(-tailChars),
    release: () => child.unref(),
  };
}

/** Started beside the daemon, so that the first session does not wait for it; the daemon finds it by its file. */
export function spawnHost({ paths, program, runtime }: SpawnOptions): void {
  const { descriptor } = openOutput(paths);
  const args = [program.host, '--home', paths.home, '--kind', 'pty', '--umask', umaskText()];
  const child = launch(runtime, { args, paths, descriptor, cacheDir: program.cacheDir });
  child.once('error', leaveToTheDaemon);
  child.unref();
}

/** The daemon starts a host itself when it needs one and none is there; its failure is told then. */
function leaveToTheDaemon(error: Error): void {
  void error;
}

interface Launch {
  readonly args: readonly string[];
  readonly paths: HomePaths;
  readonly descriptor: number;
  readonly cacheDir: string | undefined;
}

function launch(runtime: Runtime, { args, paths, descriptor, cacheDir }: Launch): ChildProcess {
  const command = [runtime.execPath, ...runtimeOptions(runtime), ...args];
  const [file = '', ...rest] = withoutCoreDumps(command);
  try {
    return spawn(file, rest, {
      cwd: paths.home,
      detached: true,
      stdio: ['ignore', descriptor, descriptor],
      env: {
        ...cleanEnvironment(process.env),
        ...(runtime.electron ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
        ...(cacheDir === undefined ? {} : { NODE_COMPILE_CACHE: cacheDir }),
      },
      windowsHide: true,
    });
  } finally {
    closeSync(descriptor);
  }
}

/** The soft limit only: sessions get theirs back from the hard one when they ask. The pid stays that of the runtime. */
function withoutCoreDumps(command: readonly string[]): string[] {
  const shell = '/bin/sh';
  if (process.platform === 'win32' || !existsSync(shell)) return [...command];
  return [shell, '-c', 'ulimit -Sc 0; exec "$@"', 'waggle', ...command];
}

/** No debugger by signal, where the runtime knows the option; and what the program would else have to set itself. */
function runtimeOptions({ execPath, electron, node }: Runtime): string[] {
  if (electron) return [];
  const isOwn = execPath === process.execPath;
  const knows = isOwn
    ? process.allowedNodeEnvironmentFlags.has(sigusr1Flag)
    : Number.parseInt(node, 10) >= 24;
  return [...(knows ? [sigusr1Flag] : []), smallHeapFlag];
}

/** Variables of the editor, of a session we may run in, and those that change the runtime stay here. */
function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = ['WAGGLE_PORT', 'WAGGLE_LOG'];
  const dropped =
    /^(?:ELECTRON_|VSCODE_|WAGGLE_|CLAUDECODE|NODE_OPTIONS$|NODE_COMPILE_CACHE$|NODE_DEBUG)/;
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => kept.includes(name) || !dropped.test(name)),
  );
}

function umaskText(): string {
  return process.umask().toString(8).padStart(3, '0');
}

/** Appends to the output file; one that has grown is begun anew. */
function openOutput({ outputFile }: HomePaths): { descriptor: number; offset: number } {
  const size = statSync(outputFile, { throwIfNoEntry: false })?.size ?? 0;
  const { O_WRONLY, O_APPEND, O_CREAT, O_TRUNC, O_NOFOLLOW = 0 } = constants;
  const again = size > outputMaxBytes ? O_TRUNC : 0;
  const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | again;
  return { descriptor: openSync(outputFile, flags, 0o600), offset: again === 0 ? size : 0 };
}

const refusalSchema = z.object({
  waggled: z.literal('refused'),
  code: z.string(),
  message: z.string(),
  fix: z.string().optional(),
});

/** The typed reason that a daemon printed before it ended, else `daemonUnreachable` with the end of its output. */
export function explainEnd(end: EarlyEnd, logTail: string): WaggleError {
  const refusal = logTail.trimEnd().split('\n').toReversed().map(parseRefusal).find(Boolean);
  const details = { logTail, exitCode: end.code, signal: end.signal };
  if (refusal !== undefined) {
    const code = (refusal.code in errorCatalog ? refusal.code : 'internal') as ErrorCode;
    const fix = refusal.fix === undefined ? {} : { fix: refusal.fix };
    return new WaggleError(code, refusal.message, { ...fix, details });
  }
  const how = end.failure?.message ?? end.signal ?? `exit code ${end.code ?? '?'}`;
  return new WaggleError('daemonUnreachable', `The daemon ended while it started (${how}).`, {
    cause: end.failure,
    fix: 'waggle daemon logs',
    details,
  });
}

function parseRefusal(line: string): z.infer<typeof refusalSchema> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return refusalSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
