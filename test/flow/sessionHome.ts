/**
 * A data directory with a real daemon, and clients of it. `close` ends daemon, hosts and every process with their marker,
 * and fails when one was left that the product had to end itself.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcesses, listRunning, MarkerScan, TreeRecord } from '../../daemon/process/process.ts';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { connectDaemon } from '../../link/daemon/daemon.ts';
import type { HomePaths } from '../../link/home/home.ts';
import { homePaths, readRuntimeFile } from '../../link/home/home.ts';
import type { EnsureOptions, EnsureOutcome } from '../../link/start/start.ts';
import { ensureDaemon, requireLink } from '../../link/start/start.ts';
import { isSameProcess } from '../../link/process/process.ts';
import { createChannelTransport } from '../../extension/terminal/channelTransport.ts';
import type { SessionStream, SessionStreamOptions } from '../../link/stream/stream.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import type { HostFile } from '../../protocol/host/host.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import type { Session } from '../../protocol/session/session.ts';
import { build } from '../../scripts/build.ts';

export const size = { cols: 80, rows: 24 };

export class SessionHome {
  readonly paths: HomePaths;
  /** A real folder for sessions to run in. */
  readonly folder: string;
  readonly #directory: string;
  readonly program: string;
  readonly #links: DaemonLink[] = [];
  readonly #streams: SessionStream[] = [];
  #daemon: ChildProcess | undefined;
  readonly #hostIds = new Set<string>();

  private constructor(program: string) {
    this.program = program;
    this.#directory = realpathSync(mkdtempSync(join(tmpdir(), 'wgl-s-')));
    this.paths = homePaths(join(this.#directory, 'data'));
    this.folder = join(this.#directory, 'folder');
    mkdirSync(this.folder);
  }

  /** `more`: variables for the daemon. */
  static async open(more: Record<string, string> = {}): Promise<SessionHome> {
    const home = new SessionHome((await build({ quiet: true })).programDirectory);
    await home.startDaemon(home.program, more);
    return home;
  }

  get env(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: this.#directory,
      SHELL: '/bin/sh',
      PS1: '$ ',
    };
  }

  /** Starts the daemon and waits until it listens. `program`: another directory of built programs; `more`: variables. */
  async startDaemon(program = this.program, more: Record<string, string> = {}): Promise<void> {
    const child = spawn(
      process.execPath,
      [join(program, 'waggled.cjs'), '--home', this.paths.home, '--umask', '022'],
      {
        env: {
          ...this.env,
          WAGGLE_HOME: this.paths.home,
          WAGGLE_PORT: '0',
          WAGGLE_LOG: 'debug',
          DBUS_SESSION_BUS_ADDRESS: 'disabled:',
          ...more,
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    this.#daemon = child;
    await until(() => {
      if (child.exitCode !== null) throw new Error(`the daemon ended with ${child.exitCode}`);
      return readRuntimeFile(this.paths)?.pid === child.pid;
    }, 'the daemon listens');
  }

  get daemonPid(): number {
    return this.#daemon?.pid ?? -1;
  }

  /** `SIGKILL`, and waits until it is gone. */
  async killDaemon(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#daemon;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    this.readHostFiles();
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** Starts the daemon as every client does; its own copy of the program, detached. */
  async ensureDaemon(clientId: string): Promise<DaemonLink> {
    return requireLink(await this.ensure({ clientId }));
  }

  /** The same, with whatever comes of it. */
  async ensure(over: Partial<EnsureOptions> & { clientId: string }): Promise<EnsureOutcome> {
    const base = { paths: this.paths, kind: 'test', programDirectory: this.program } as const;
    const outcome = await ensureDaemon({ ...base, ...over });
    if (!('error' in outcome)) this.#links.push(outcome.link);
    return outcome;
  }

  async connect(clientId = `test-${this.#links.length}`, token?: string): Promise<DaemonLink> {
    const link = await connectDaemon({
      paths: this.paths,
      kind: 'test',
      clientId,
      ...(token === undefined ? {} : { token }),
    });
    this.#links.push(link);
    return link;
  }

  /** A copy of the program that calls itself another version. */
  copyProgram(version: string): string {
    const copy = join(this.#directory, `program-${version}`);
    cpSync(this.program, copy, { recursive: true });
    const manifest = join(copy, 'manifest.json');
    const content: object = JSON.parse(readFileSync(manifest, 'utf8'));
    writeFileSync(manifest, JSON.stringify({ ...content, version }));
    return copy;
  }

  /** Attaches over the connection to the daemon, as a remote viewer does. */
  async attachChannel(
    link: DaemonLink,
    sessionId: Session['id'],
    options: Partial<SessionStreamOptions> = {},
  ): Promise<SessionStream> {
    const stream = await openSessionStream({
      transport: createChannelTransport(sessionId, () => Promise.resolve(link)),
      right: 'write',
      size,
      ...options,
    });
    this.#streams.push(stream);
    return stream;
  }

  /** The same over connections that come and go. */
  async attachVia(
    connect: () => Promise<DaemonLink>,
    sessionId: Session['id'],
  ): Promise<SessionStream> {
    const transport = createChannelTransport(sessionId, connect);
    const stream = await openSessionStream({ transport, right: 'write', size });
    this.#streams.push(stream);
    return stream;
  }

  /** Opens a session with what most tests do not care about filled in. */
  async openSession(
    link: DaemonLink,
    over: Partial<MethodParams<'session/open'>> = {},
  ): Promise<Session> {
    const params = { agent: 'shell', cwd: this.folder, environment: this.env, size, ...over };
    return (await link.call('session/open', params)).session;
  }

  /** Attaches straight to the host, as a terminal does. */
  async attach(link: DaemonLink, sessionId: Session['id'], clientId: string): Promise<Screen> {
    const route = await link.call('session/attach', { sessionId, via: 'host' });
    if (route.via !== 'host') throw new Error('asked for the host');
    const transport = createHostTransport({ ...route, clientId, kind: 'test' });
    const stream = await openSessionStream({ transport, right: 'write', size });
    this.#streams.push(stream);
    return new Screen(stream);
  }

  readHostFiles(): HostFile[] {
    if (!existsSync(this.paths.runDir)) return [];
    return readdirSync(this.paths.runDir)
      .filter((name) => /^host-.*\.json$/.test(name))
      .map((name) => {
        const file: HostFile = JSON.parse(readFileSync(join(this.paths.runDir, name), 'utf8'));
        this.#hostIds.add(file.id);
        return file;
      });
  }

  /** Processes that carry the marker of a session. */
  processesOf(sessionId: string): number[] {
    const scan = new MarkerScan('WAGGLE_SESSION_ID', (value) => value === sessionId);
    return scan.find(listRunning()).map((entry) => entry.pid);
  }

  async close(): Promise<void> {
    for (const stream of this.#streams) stream.dispose();
    for (const link of this.#links) link.dispose();
    await this.killDaemon('SIGTERM');
    const other = readRuntimeFile(this.paths);
    if (other !== undefined && isSameProcess(other.pid, other.startTime)) {
      process.kill(other.pid, 'SIGTERM');
      await until(() => !isSameProcess(other.pid, other.startTime), 'the end of the daemon');
    }
    for (const host of this.readHostFiles())
      if (isSameProcess(host.pid, host.startTime)) process.kill(host.pid, 'SIGKILL');
    await endProcesses({
      records: [new TreeRecord({ pid: -1, startTime: -1 })],
      scan: new MarkerScan('WAGGLE_HOST_ID', (value) => this.#hostIds.has(value)),
      spared: new Set([process.pid]),
      graceMs: 0,
    });
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** What came over a stream, as text. */
export class Screen {
  readonly stream: SessionStream;
  text = '';
  bytes = 0;
  gaps = 0;

  constructor(stream: SessionStream) {
    this.stream = stream;
    stream.onOutput((output) => {
      this.text += Buffer.from(output.bytes).toString('latin1');
      this.bytes += output.bytes.length;
    });
    stream.onGap(() => (this.gaps += 1));
  }

  type(text: string): Promise<string> {
    return this.stream.write(new TextEncoder().encode(text));
  }

  /** As an editor does with the keys of a person while another client types: they are typed once it is silent. */
  async typeWhenFree(text: string): Promise<void> {
    const isTaken = async (): Promise<boolean> => (await this.type(text)) === 'delivered';
    await until(isTaken, 'a terminal in which nobody else types', 30_000);
  }

  async waitFor(text: string): Promise<void> {
    await until(
      () => this.text.includes(text),
      () => `${JSON.stringify(text)} in ${JSON.stringify(this.text.slice(-500))}`,
    );
  }
}

/** Polls a condition until it holds; a description of what was waited for when it does not within 15 s. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
  limitMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`waited in vain for ${typeof what === 'string' ? what : what()}`);
    await delay(15);
  }
}
