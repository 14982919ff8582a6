/**
 * `relay.tmux`: from typing `cat FILE; echo MARK` until MARK is on the terminal, tmux against our attach command. `echo.tmux`:
 * a key's way there and back beside one flood of dense colours, ours against tmux. Both are programs in a terminal without
 * a screen.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { spawn as spawnPty } from 'node-pty';
import type { DaemonRig } from './daemonRig.ts';
import { startDaemonRig } from './daemonRig.ts';
import type { BenchContext, Bound, Figure, Measurement } from './figure.ts';
import { median, quantile } from './figure.ts';
import type { Workload } from './workload.ts';
import { createWorkloads, removeWorkloads } from './workload.ts';

const megabytes = 40;
const keys = 150;
const gapMs = 12;
/** Letters that end no sequence which a screen is drawn with. */
const letters = 'vwyzo';
const waitMs = 60_000;
const size = { cols: 120, rows: 40 };

/** Of "ready"; a stored screen draws the cell before the cursor apart. */
const shown = 'read';

/** A program in a terminal that only remembers what came last. */
class Terminal {
  readonly #pty: ReturnType<typeof spawnPty>;
  #tail = '';
  #wanted = '';
  #found: (() => void) | undefined;
  readonly #gone: Promise<void>;

  constructor(argv: readonly string[], env: NodeJS.ProcessEnv) {
    const [file = '', ...rest] = argv;
    this.#pty = spawnPty(file, rest, { ...size, env, encoding: null, name: 'xterm-256color' });
    // Without an encoding node-pty hands over Buffers, whatever its type says.
    this.#pty.onData((chunk: unknown) => this.#add(chunk as Buffer));
    this.#gone = new Promise((resolve) => this.#pty.onExit(() => resolve()));
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  /** Waits for what comes from now on. */
  async see(wanted: string): Promise<void> {
    this.#tail = '';
    this.#wanted = wanted;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#found = resolve;
    const limit = setTimeout(
      () => reject(new Error(`no ${wanted} on the terminal: ${this.#tail.slice(-300)}`)),
      waitMs,
    );
    await promise.finally(() => clearTimeout(limit));
  }

  async end(): Promise<void> {
    this.#pty.kill('SIGKILL');
    await this.#gone;
  }

  #add(chunk: Buffer): void {
    if (this.#found === undefined) return;
    const text = this.#tail + chunk.toString('latin1');
    if (text.includes(this.#wanted)) {
      const found = this.#found;
      this.#found = undefined;
      found();
    }
    this.#tail = text.slice(-400);
  }
}

/** A way to have a session in a terminal. */
interface Way {
  /** Starts `script` in a session and shows it. */
  open(script: string): Promise<Terminal>;
  /** Starts a session that nobody sees. */
  hide(argv: readonly string[]): Promise<void>;
  /** Ends all sessions. */
  clear(): Promise<void>;
}

function createTmux(directory: string): Way {
  const base = ['-S', join(directory, 'tmux.sock'), '-f', '/dev/null'];
  const { TMUX: _outer, ...env } = process.env;
  const run = (args: readonly string[]): void =>
    void spawnSync('tmux', [...base, ...args], { env: { ...env, TERM: 'xterm-256color' } });
  return {
    async open(script) {
      const terminal = new Terminal(['tmux', ...base, 'new-session', '/bin/sh', '-c', script], {
        ...env,
        TERM: 'xterm-256color',
      });
      await terminal.see(shown);
      run(['set', '-g', 'status', 'off']);
      return terminal;
    },
    hide: (argv) => Promise.resolve(run(['new-session', '-d', '-x', '120', '-y', '40', ...argv])),
    async clear() {
      run(['kill-server']);
      await pause(100);
    },
  };
}

function createOurs(rig: DaemonRig, programDirectory: string): Way {
  const opened: string[] = [];
  const open = async (command: readonly string[]): Promise<string> => {
    const link = await rig.connect();
    const { session } = await link.call('session/open', {
      agent: 'command',
      command: [...command],
      cwd: '/',
      environment: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
      size,
    });
    link.dispose();
    opened.push(session.id);
    return session.id;
  };
  return {
    async open(script) {
      const id = await open(['/bin/sh', '-c', script]);
      const command = join(programDirectory, 'waggle.cjs');
      const env = { ...process.env, WAGGLE_HOME: rig.home, WAGGLE_PORT: '0' };
      const terminal = new Terminal([process.execPath, command, 'attach', id], env);
      await terminal.see(shown);
      return terminal;
    },
    hide: async (argv) => void (await open(argv)),
    async clear() {
      const link = await rig.connect();
      for (const sessionId of opened.splice(0)) await link.call('session/kill', { sessionId });
      link.dispose();
    },
  };
}

/** Seconds from the newline that opens the gate to the mark. */
async function measureCat(way: Way, workload: Workload): Promise<number> {
  // In two parts, so that the echo of the command is not taken for it.
  const script = `${workload.command.replace('exec ', '')}; printf 'MA''RK'; exec sleep 600`;
  const terminal = await way.open(script);
  await pause(200);
  const marked = terminal.see('MARK');
  const begin = performance.now();
  terminal.type('\r');
  await marked;
  const seconds = (performance.now() - begin) / 1000;
  await terminal.end();
  await way.clear();
  return seconds;
}

/** p50 of a key's echo in milliseconds while another session floods. */
async function measureEcho(way: Way, flood: string): Promise<number> {
  const terminal = await way.open('stty raw -echo; printf ready; exec cat');
  await way.hide(['/bin/sh', '-c', `while :; do cat '${flood}'; done`]);
  await pause(500);
  const samples: number[] = [];
  for (let index = 0; index < keys; index += 1) {
    await pause(gapMs);
    const letter = letters[index % letters.length] ?? 'v';
    const echoed = terminal.see(letter);
    const begin = performance.now();
    terminal.type(letter);
    await echoed;
    samples.push(performance.now() - begin);
  }
  await terminal.end();
  await way.clear();
  return quantile(samples, 0.5);
}

const catBounds: Readonly<Record<Workload['name'], Bound>> = {
  ansi: { floor: 3, goal: 5, better: 'higher' },
  b64: { floor: 1.5, goal: 2, better: 'higher' },
  seq: { floor: 1.1, goal: 1.5, better: 'higher' },
};

interface Ways {
  readonly ours: Way;
  readonly tmux: Way;
}

async function* measureCats(
  context: BenchContext,
  { ours, tmux }: Ways,
): AsyncIterable<Measurement> {
  const workloads = await createWorkloads(context.temporaryDirectory, megabytes);
  for (const workload of workloads) {
    context.say(`relay.tmux ${workload.name}: ${context.rounds} rounds of ${megabytes} MB`);
    const rounds: { readonly ours: number; readonly tmux: number }[] = [];
    for (let turn = 0; turn < context.rounds; turn += 1) {
      context.signal.throwIfAborted();
      const own = await measureCat(ours, workload);
      rounds.push({ ours: own, tmux: await measureCat(tmux, workload) });
    }
    yield {
      id: 'relay.tmux',
      case: workload.name,
      value: median(rounds.map((round) => round.tmux / round.ours)),
      unit: 'ratio',
      bound: catBounds[workload.name],
      rounds: rounds.length,
      anchor: { tmuxSeconds: median(rounds.map((round) => round.tmux)) },
    };
  }
  await removeWorkloads(context.temporaryDirectory);
}

async function* measureEchoes(
  context: BenchContext,
  { ours, tmux }: Ways,
): AsyncIterable<Measurement> {
  const [workload] = await createWorkloads(context.temporaryDirectory, megabytes);
  const flood = join(context.temporaryDirectory, `${workload?.name}.txt`);
  context.say(`echo.tmux: ${context.rounds} rounds of ${keys} keys`);
  const rounds: { readonly ours: number; readonly tmux: number }[] = [];
  for (let turn = 0; turn < context.rounds; turn += 1) {
    context.signal.throwIfAborted();
    const own = await measureEcho(ours, flood);
    rounds.push({ ours: own, tmux: await measureEcho(tmux, flood) });
  }
  await removeWorkloads(context.temporaryDirectory);
  yield {
    id: 'echo.tmux',
    case: 'p50 beside one flood',
    value: median(rounds.map((round) => round.ours / round.tmux)),
    unit: 'ratio',
    bound: { floor: 1, goal: 0.5, better: 'lower' },
    rounds: rounds.length,
    anchor: { tmuxMs: median(rounds.map((round) => round.tmux)) },
  };
}

function hasTmux(): boolean {
  return spawnSync('tmux', ['-V']).status === 0;
}

/** Installs Debian's package where it may; throws when there is none in the end. */
function ensureTmux(say: (text: string) => void): void {
  if (hasTmux()) return;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    say('installing tmux with apt-get');
    for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'tmux']])
      spawnSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], {
        stdio: ['ignore', 2, 2],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
  }
  if (!hasTmux()) throw new Error('tmux is not installed: sudo apt-get install -y tmux');
}

async function* measure(
  context: BenchContext,
  wanted: ReadonlySet<string>,
): AsyncIterable<Measurement> {
  ensureTmux(context.say);
  const home = await mkdtemp(join(context.temporaryDirectory, 'tmux-'));
  const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
  const ways = { ours: createOurs(rig, context.programDirectory), tmux: createTmux(home) };
  try {
    (await rig.connect()).dispose();
    if (wanted.has('relay.tmux')) yield* measureCats(context, ways);
    if (wanted.has('echo.tmux')) yield* measureEchoes(context, ways);
  } finally {
    await ways.tmux.clear();
    await rig.stop();
  }
}

export const tmuxFigure: Figure = {
  cases: { 'relay.tmux': ['ansi', 'b64', 'seq'], 'echo.tmux': ['p50 beside one flood'] },
  measure,
};
