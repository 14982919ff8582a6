/** A data directory of its own with the built command; at the end nothing of it is left, neither processes nor files. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { isSameProcess } from '../../link/process/process.ts';
import type { Session } from '../../protocol/session/session.ts';
import { build } from '../../scripts/build.ts';
import { PtyTerminal } from './ptyTerminal.ts';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface KnownProcess {
  readonly pid: number;
  readonly startTime: number;
}

export class CliHome {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #program: string;
  readonly #runtime: string;
  readonly #terminals: PtyTerminal[] = [];

  private constructor(program: string, runtime: string) {
    this.#program = program;
    this.#runtime = runtime;
    this.home = mkdtempSync(join(tmpdir(), 'wgl-cli-'));
    const { WAGGLE_TOKEN: _token, WAGGLE_SOCKET: _socket, ...own } = process.env;
    this.env = {
      ...own,
      WAGGLE_HOME: join(this.home, 'data'),
      WAGGLE_PORT: '0',
      HOME: this.home,
      SHELL: '/bin/sh',
      PS1: '$ ',
      ENV: '',
    };
  }

  /** `program`: another directory with built programs; `runtime`: another Node. */
  static async open(options: { program?: string; runtime?: string } = {}): Promise<CliHome> {
    const program = options.program ?? (await build({ quiet: true })).programDirectory;
    return new CliHome(program, options.runtime ?? process.execPath);
  }

  get data(): string {
    return join(this.home, 'data');
  }

  argv(...words: string[]): [string, ...string[]] {
    return [this.#runtime, join(this.#program, 'waggle.cjs'), ...words];
  }

  /** Runs the command without a terminal. */
  async run(...words: string[]): Promise<CliResult> {
    return this.runWith(this.env, ...words);
  }

  async runWith(env: NodeJS.ProcessEnv, ...words: string[]): Promise<CliResult> {
    const [file, ...rest] = this.argv(...words);
    const child = spawn(file, rest, { env, cwd: this.home, stdio: ['ignore', 'pipe', 'pipe'] });
    const closed = once(child, 'close');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = await closed;
    return { code: typeof code === 'number' ? code : null, stdout, stderr };
  }

  /** The JSON document that a command printed. Throws with its complaint when it failed. */
  async json<T>(...words: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.run(...words, '--json');
    if (code !== 0) throw new Error(`waggle ${words.join(' ')} ended with ${code}: ${stderr}`);
    const value: T = JSON.parse(stdout);
    return value;
  }

  /** Starts a command in the background. */
  async start(name: string, ...command: string[]): Promise<Session> {
    const { code, stdout, stderr } = await this.run(
      'new',
      '--json',
      '--detach',
      '--name',
      name,
      '--',
      ...command,
    );
    if (code !== 0) throw new Error(`waggle new ended with ${code}: ${stderr}`);
    const { session }: { session: Session } = JSON.parse(stdout);
    return session;
  }

  async find(name: string): Promise<Session | undefined> {
    const { sessions } = await this.json<{ sessions: Session[] }>('list', '--all');
    return sessions.find((session) => session.name === name);
  }

  /** Runs the command in a terminal. */
  terminal(...words: string[]): PtyTerminal {
    return this.terminalOf(...this.argv(...words));
  }

  terminalOf(...argv: [string, ...string[]]): PtyTerminal {
    const terminal = new PtyTerminal({ argv, env: this.env, cwd: this.home });
    this.#terminals.push(terminal);
    return terminal;
  }

  /** Daemon and hosts, as their files tell. */
  listProcesses(): KnownProcess[] {
    const run = join(this.data, 'run');
    if (!existsSync(run)) return [];
    return readdirSync(run)
      .filter((name) => name === 'daemon.json' || /^host-.*\.json$/.test(name))
      .map((name) => readProcess(join(run, name)))
      .filter(({ pid, startTime }) => isSameProcess(pid, startTime));
  }

  async stop(): Promise<void> {
    for (const terminal of this.#terminals) terminal.kill();
    await Promise.all(this.#terminals.map(({ exited }) => exited));
    const known = this.listProcesses();
    await this.run('daemon', 'stop', '--sessions');
    for (const { pid, startTime } of [...known, ...this.listProcesses()]) {
      if (isSameProcess(pid, startTime)) process.kill(pid, 'SIGKILL');
      await until(() => !isSameProcess(pid, startTime));
    }
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Who a daemon's or a host's file is about. */
export function readProcess(file: string): KnownProcess {
  const known: KnownProcess = JSON.parse(readFileSync(file, 'utf8'));
  return known;
}

/** Waits for something to become true; at most 20 s. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${isTrue.toString()}`);
    await delay(20);
  }
}
