/** A real pty host on a temporary home, and clients of it that remember what they were told. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostLink } from '../../link/host/host.ts';
import { connectHost } from '../../link/host/host.ts';
import { randomHex } from '../../link/proof/proof.ts';
import type {
  SessionStream,
  SessionStreamOptions,
  StreamTransport,
} from '../../link/stream/stream.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import type { HostFile } from '../../protocol/host/host.ts';
import { hostFileSchema } from '../../protocol/host/host.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { ExitMark, LeaseMark, TerminalSize } from '../../protocol/wire/mark.ts';
import { build } from '../../scripts/build.ts';

const deadlineMs = 30_000;

/** Waits for a condition; names what it waited for when it never comes. */
export async function until<T>(
  what: string,
  find: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs} ms for ${what}.`);
    await delay(5);
  }
}

export interface HostOptions {
  readonly kind?: 'pty' | 'pipe';
  readonly graceMs?: number;
  readonly stallMs?: number;
  readonly umask?: string;
  /** Another Node. */
  readonly runtime?: string;
  /** Program and arguments that start the host's command line given after them. */
  readonly wrapper?: readonly string[];
}

export interface SpawnOptions {
  readonly session?: SessionId;
  readonly generation?: number;
  readonly cwd?: string;
  readonly size?: TerminalSize;
  readonly ringBytes?: number;
  readonly env?: Record<string, string>;
  readonly meta?: string;
}

export class HostFixture {
  readonly home: string;
  readonly process: ChildProcess;
  readonly file: HostFile;
  readonly control: HostLink;
  readonly #streams: SessionStream[] = [];

  private constructor(
    started: { readonly home: string; readonly process: ChildProcess },
    file: HostFile,
    control: HostLink,
  ) {
    this.home = started.home;
    this.process = started.process;
    this.file = file;
    this.control = control;
  }

  static async start(options: HostOptions = {}): Promise<HostFixture> {
    const { programDirectory } = await build({ quiet: true });
    const home = mkdtempSync(join(tmpdir(), 'waggle-host-'));
    const started = { home, process: launch(join(programDirectory, 'ptyhost.cjs'), home, options) };
    const exited = once(started.process, 'exit').then(() => {
      throw new Error('The host ended at once.');
    });
    exited.catch(ignoreLater);
    const file = await Promise.race([until('the host file', () => findHostFile(home)), exited]);
    const control = await connectControl(file);
    return new HostFixture(started, file, control);
  }

  async spawn(argv: readonly string[], options: SpawnOptions = {}): Promise<SessionId> {
    const session = options.session ?? sessionIdSchema.parse(randomUUID());
    await this.control.call('host/spawn', {
      session,
      generation: options.generation ?? 0,
      argv: [...argv],
      cwd: options.cwd ?? this.home,
      env: options.env ?? testEnvironment(),
      size: options.size ?? { cols: 80, rows: 24 },
      ringBytes: options.ringBytes ?? 1024 * 1024,
      meta: options.meta ?? '{"name":"test"}',
    });
    return session;
  }

  /** Registers a ticket for a client and attaches with it. */
  async attach(
    session: SessionId,
    who: { client?: string; principal?: string } & Partial<SessionStreamOptions> = {},
  ): Promise<Recorder> {
    const { client = randomUUID(), principal = 'me', right = 'write', ...rest } = who;
    const ticket = await this.addTicket(session, { client, principal, right });
    return this.open({ right, ...rest }, { ticket, client });
  }

  async addTicket(
    session: SessionId,
    who: { client: string; principal: string; right: 'write' | 'observe' },
  ): Promise<string> {
    const ticket = randomHex(32);
    await this.control.call('host/addTicket', { ticket, session, ...who });
    return ticket;
  }

  async open(
    options: Partial<SessionStreamOptions>,
    who: { ticket: string; client: string },
  ): Promise<Recorder> {
    const transport = this.createTransport(who);
    const stream = await openSessionStream({ transport, right: 'write', ...options });
    this.#streams.push(stream);
    return new Recorder(stream);
  }

  createTransport(who: { ticket: string; client: string }): StreamTransport {
    const { socket, clientKey, pid, startTime } = this.file;
    const route = { socket, key: clientKey, pid, startTime, ticket: who.ticket };
    return createHostTransport({ ...route, clientId: who.client, kind: 'test' });
  }

  /** Runs a program to its end and returns all it printed. */
  async run(argv: readonly string[], options: SpawnOptions = {}): Promise<Recorder> {
    const session = await this.spawn(argv, { ringBytes: 32 * 1024 * 1024, ...options });
    const recorder = await this.attach(session, { right: 'observe' });
    await recorder.exit();
    return recorder;
  }

  /** Forgets every session that ended. */
  async collectAll(): Promise<void> {
    const { sessions } = await this.control.call('host/list', {});
    for (const { session } of sessions) await this.control.call('host/collect', { session });
  }

  async stop(): Promise<void> {
    for (const stream of this.#streams) stream.dispose();
    this.control.dispose();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      await ended;
    }
    rmSync(this.home, { recursive: true, force: true });
  }
}

export function connectControl(file: HostFile, clientId = 'daemon'): Promise<HostLink> {
  const { socket, key: secret, pid, startTime } = file;
  const expected = { pid, startTime };
  return connectHost({ socket, tokenId: 'control', secret, clientId, kind: 'daemon', expected });
}

/** The variables of the test, with its mark, so that whatever is left behind is seen. */
function testEnvironment(): Record<string, string> {
  const set = Object.entries(process.env).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set as [string, string][]);
}

function findHostFile(home: string): HostFile | undefined {
  try {
    const folder = join(home, 'run');
    const name = readdirSync(folder).find((file) => /^host-.*\.json$/.test(file));
    if (name === undefined) return undefined;
    return hostFileSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function launch(entry: string, home: string, options: HostOptions): ChildProcess {
  const { kind = 'pty', graceMs = 60_000, stallMs = 30_000, umask } = options;
  const settings = ['--home', home, '--kind', kind, '--grace-ms', String(graceMs)];
  const further = [
    '--stall-ms',
    String(stallMs),
    ...(umask === undefined ? [] : ['--umask', umask]),
  ];
  const [program = '', ...args] = [
    ...(options.wrapper ?? []),
    // Another Node, to try the oldest runtime that is supported.
    options.runtime ?? process.env['WAGGLE_TEST_RUNTIME'] ?? process.execPath,
    entry,
    ...settings,
    ...further,
  ];
  return spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
}

/** The host ends in every test; only an end before it listens is of interest. */
function ignoreLater(error: unknown): unknown {
  return error;
}

/** What a stream delivered, checked for exactness as it comes. */
export class Recorder {
  readonly stream: SessionStream;
  readonly gaps: { from: number; to: number }[] = [];
  readonly leases: LeaseMark[] = [];
  readonly sizes: TerminalSize[] = [];
  readonly snapshots: { seq: number; size: TerminalSize; text: string }[] = [];
  readonly #chunks: Buffer[] = [];
  #ended: ExitMark | undefined;
  closed: string | undefined;
  seq: number;

  constructor(stream: SessionStream) {
    this.stream = stream;
    this.seq = stream.cursor.seq;
    stream.onOutput(({ seq, bytes }) => {
      assert.equal(seq, this.seq, 'the next byte or a gap');
      this.seq += bytes.length;
      this.#chunks.push(Buffer.from(bytes));
    });
    stream.onGap(({ from, to }) => {
      this.gaps.push({ from, to });
      this.seq = to;
    });
    stream.onSnapshot(({ seq, size, bytes }) => {
      this.seq = seq;
      this.snapshots.push({ seq, size, text: Buffer.from(bytes).toString() });
    });
    stream.onLease((lease) => this.leases.push(lease));
    stream.onResize(({ size }) => this.sizes.push(size));
    stream.onExit(({ exit }) => {
      this.#ended = exit;
    });
    stream.onClosed((reason) => {
      this.closed = reason.code;
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString();
  }

  /** Waits until the text so far matches. */
  async see(what: string | RegExp): Promise<RegExpExecArray | string> {
    const find = (): RegExpExecArray | string | undefined => {
      const { text } = this;
      if (typeof what === 'string') return text.includes(what) ? what : undefined;
      return what.exec(text) ?? undefined;
    };
    try {
      return await until(String(what), find);
    } catch (error) {
      throw new Error(`${String(error)} It had: ${JSON.stringify(this.text.slice(-400))}`, {
        cause: error,
      });
    }
  }

  exit(): Promise<ExitMark> {
    return until('the exit', () => this.#ended);
  }

  type(text: string): Promise<string> {
    return this.stream.write(Buffer.from(text));
  }
}
