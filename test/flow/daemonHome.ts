/** A data directory of its own for tests of starting and connecting; `close` ends every process that names it. */
import { spawn } from 'node:child_process';
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { connectDaemon } from '../../link/daemon/daemon.ts';
import type { HomePaths, RuntimeFile } from '../../link/home/home.ts';
import { homePaths, readRuntimeFile } from '../../link/home/home.ts';
import { isSameProcess } from '../../link/process/process.ts';
import type { EnsureOptions, EnsureOutcome } from '../../link/start/start.ts';
import { ensureDaemon, requireLink } from '../../link/start/start.ts';
import { build } from '../../scripts/build.ts';

const deadlineMs = 20_000;
const lookEveryMs = 15;

export interface LogLine {
  readonly message: string;
  readonly [field: string]: unknown;
}

export class DaemonHome {
  readonly directory: string;
  readonly paths: HomePaths;
  readonly program: string;
  readonly #links: DaemonLink[] = [];
  readonly #children: ChildProcess[] = [];
  readonly #portBefore = process.env['WAGGLE_PORT'];

  private constructor(program: string) {
    this.program = program;
    this.directory = realpathSync(mkdtempSync(join(tmpdir(), 'wgl-d-')));
    this.paths = homePaths(join(this.directory, 'data'));
    process.env['WAGGLE_PORT'] = '0';
  }

  static async open(): Promise<DaemonHome> {
    return new DaemonHome((await build({ quiet: true })).programDirectory);
  }

  /** As an extension or command does it. */
  async ensure(over: Partial<EnsureOptions> = {}): Promise<EnsureOutcome> {
    const outcome = await ensureDaemon({
      paths: this.paths,
      kind: 'test',
      clientId: 'test-1',
      programDirectory: this.program,
      ...over,
    });
    if ('link' in outcome) this.#links.push(outcome.link);
    return outcome;
  }

  async start(): Promise<DaemonLink> {
    return requireLink(await this.ensure());
  }

  async connect(over: Partial<Parameters<typeof connectDaemon>[0]> = {}): Promise<DaemonLink> {
    const base = { paths: this.paths, kind: 'test', clientId: 'test-2' } as const;
    const link = await connectDaemon({ ...base, ...over });
    this.#links.push(link);
    return link;
  }

  /** The daemon's program without a starter. */
  spawnDaemon(...more: string[]): ChildProcessByStdio<null, null, Readable> {
    const child = spawn(
      process.execPath,
      [join(this.program, 'waggled.cjs'), '--home', this.paths.home, ...more],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#children.push(child);
    return child;
  }

  get runtimeFile(): RuntimeFile {
    const file = readRuntimeFile(this.paths);
    if (file === undefined) throw new Error('no daemon has said where it is');
    return file;
  }

  /** Lines of the daemon's log, parsed. */
  get log(): LogLine[] {
    const lines = readFileSync(this.paths.logFile, 'utf8').trimEnd().split('\n');
    return lines.map((line) => {
      const parsed: LogLine = JSON.parse(line);
      return parsed;
    });
  }

  /** Sends a signal to the daemon and waits until its process is gone. */
  async signal(name: NodeJS.Signals): Promise<void> {
    const { pid, startTime } = this.runtimeFile;
    process.kill(pid, name);
    await until(() => !isSameProcess(pid, startTime), `the daemon is gone after ${name}`);
  }

  /** Pids of processes whose command line names this data directory. */
  processes(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && pid !== process.pid)
      .filter((pid) => readCommandLine(pid).includes(this.paths.home));
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.dispose();
    const running = this.processes();
    for (const pid of running) kill(pid, 'SIGTERM');
    const isOver = (): boolean => this.processes().length === 0;
    await until(isOver, 'everything ended', 8000).catch(() => {
      for (const pid of this.processes()) kill(pid, 'SIGKILL');
    });
    await until(isOver, 'everything is killed');
    for (const child of this.#children)
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    if (this.#portBefore === undefined) delete process.env['WAGGLE_PORT'];
    else process.env['WAGGLE_PORT'] = this.#portBefore;
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Looks until it is so; throws with `what` after the deadline. */
export async function until(
  isSo: () => boolean,
  what: string,
  limitMs = deadlineMs,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await delay(lookEveryMs);
  }
}

/** A process may end between two looks. */
function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
