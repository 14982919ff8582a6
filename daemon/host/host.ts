/**
 * The pty hosts of this data directory as one pool: finds them, holds a control connection to each, starts one when none
 * takes sessions, and notices their end. Knows their sessions only as the hosts list them.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { HostKind } from '../../protocol/host/host.ts';
import type { HostStatus } from '../../protocol/daemon/daemon.ts';
import { Backoff } from '../../protocol/wire/backoff.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { WaggleError, errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import { connectHost } from '../../link/host/host.ts';
import { isSameProcess } from '../../link/process/process.ts';
import type { FeatureContext } from '../context.ts';
import { ConnectedHost } from './connectedHost.ts';
import type { hostStore } from './host.store.ts';
import type { FoundHost } from './hostFiles.ts';
import { findHosts, forgetHost } from './hostFiles.ts';
import { reap } from './reaper.ts';
import { spawnHost } from './spawnHost.ts';

export type { ConnectedHost } from './connectedHost.ts';

/** Start of an unreachable host whose process lives: how long `start` waits for it. */
const firstConnectLimitMs = 2000;
const lookEveryMs = 10;

export function createHostPool(context: FeatureContext): HostPool {
  return new HostPool(context);
}

export class HostPool implements Disposable {
  readonly #context: FeatureContext;
  readonly #store;
  readonly #hosts = new Map<string, ConnectedHost>();
  /** Hosts whose process runs but that do not answer yet. */
  readonly #unreachable = new Map<string, FoundHost>();
  readonly #onDidConnect = new Emitter<ConnectedHost>();
  readonly #onDidLose = new Emitter<string>();
  readonly #abort = new AbortController();
  readonly #retrying = new Set<string>();
  readonly #ready = Promise.withResolvers<void>();
  /** Started by this daemon, so of its version whatever they call it. */
  readonly #own = new Set<string>();
  readonly #spawning = new Map<HostKind, Promise<ConnectedHost>>();
  #reaping: Promise<void> = Promise.resolve();

  constructor(context: FeatureContext) {
    this.#context = context;
    this.#store = context.openStore<typeof hostStore>('host');
  }

  /** A control connection stands, the first or again; after a loss the link is another one. */
  get onDidConnect(): Event<ConnectedHost> {
    return this.#onDidConnect.event;
  }

  /** The process of a host is gone: everything that ran in it is. */
  get onDidLose(): Event<string> {
    return this.#onDidLose.event;
  }

  /** Resolves when every host that runs was asked once; what needs a host waits for it. Never rejects. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Connects to every host that runs and forgets those that do not. */
  async start(): Promise<void> {
    try {
      await this.#start();
    } finally {
      this.#ready.resolve();
    }
  }

  list(): ConnectedHost[] {
    return [...this.#hosts.values()];
  }

  find(hostId: string): ConnectedHost | undefined {
    return this.#hosts.get(hostId);
  }

  /** The host may hold sessions although we cannot ask it now. */
  mayLive(hostId: string): boolean {
    return this.#hosts.has(hostId) || this.#unreachable.has(hostId);
  }

  statuses(): Omit<HostStatus, 'sessions'>[] {
    return this.list().map((host) => host.toStatus());
  }

  /** Processes of the pool itself, never to be ended with a session. */
  pids(): number[] {
    const files = [...this.list(), ...this.#unreachable.values()].map(({ file }) => file);
    return files.map((file) => file.pid);
  }

  /** Starts something in the newest host; once more in a new one when that host turns out to take no more. */
  async startIn<T>(kind: HostKind, start: (host: ConnectedHost) => Promise<T>): Promise<T> {
    const host = await this.#acquire(kind);
    try {
      return await start(host);
    } catch (error) {
      if (errorCodeOf(error) !== 'limitReached') throw error;
      this.#context.log.info('a pty host takes no more sessions', { hostId: host.id });
      this.#retire(host);
      return start(await this.#acquire(kind));
    }
  }

  /** Nothing is started in it any more; it ends by itself with the last of its sessions. */
  #retire(host: ConnectedHost): void {
    host.isDraining = true;
    host.link
      .call('host/drain', {})
      .catch((error: unknown) =>
        this.#context.log.info('a pty host was not told to end', { hostId: host.id, error }),
      );
  }

  /** Lets a host that was emptied end. Resolves when its process is gone, or after `limitMs`: it may hold what still runs. */
  async dismiss(host: ConnectedHost, limitMs: number): Promise<void> {
    const { pid, startTime } = host.file;
    const deadline = performance.now() + limitMs;
    host.isDraining = true;
    await host.link.call('host/drain', {});
    while (isSameProcess(pid, startTime) && performance.now() < deadline) await delay(lookEveryMs);
  }

  /** Ends what is left of hosts that are gone. `listed`: pids that live hosts list. Never rejects. */
  reapLeftovers(listed: readonly number[]): Promise<void> {
    this.#reaping = this.#reaping
      .then(() => this.#reap(listed))
      .catch((error: unknown) => {
        this.#context.log.error('processes of a lost host do not end', { error });
      });
    return this.#reaping;
  }

  /** What is not reaped by then is the next daemon's work: ids of lost hosts are remembered. */
  dispose(): void {
    this.#abort.abort();
    for (const host of this.#hosts.values()) host.link.dispose();
    this.#hosts.clear();
    this.#onDidConnect.dispose();
    this.#onDidLose.dispose();
  }

  async #start(): Promise<void> {
    const found = await findHosts(this.#context.paths.runDir);
    const deadline = AbortSignal.timeout(firstConnectLimitMs);
    await Promise.all(
      found.map(async (host) => {
        if (!host.isRunning) return this.#forget(host);
        const connected = await this.#tryConnect(host, deadline);
        if (connected === undefined) this.#retryLater(host);
      }),
    );
  }

  /** The newest host that takes sessions; starts one of this version when there is none. */
  async #acquire(kind: HostKind): Promise<ConnectedHost> {
    await this.ready;
    const newest = this.#findOpen(kind);
    if (newest !== undefined) return newest;
    const running = this.#spawning.get(kind);
    if (running !== undefined) return running;
    const spawning = this.#lookOrSpawn(kind).finally(() => this.#spawning.delete(kind));
    this.#spawning.set(kind, spawning);
    return spawning;
  }

  /** Whoever started us started a host as well, which may have been slower than we were. */
  async #lookOrSpawn(kind: HostKind): Promise<ConnectedHost> {
    const found = await findHosts(this.#context.paths.runDir);
    const unknown = found.filter(
      ({ file, isRunning }) => isRunning && !this.mayLive(file.id) && !this.#own.has(file.id),
    );
    const signal = AbortSignal.timeout(firstConnectLimitMs);
    for (const host of unknown) await this.#tryConnect(host, signal);
    return this.#findOpen(kind) ?? this.#spawn(kind);
  }

  #findOpen(kind: HostKind): ConnectedHost | undefined {
    const candidates = this.list()
      .filter((host) => host.isConnected && !host.isDraining && host.file.kind === kind)
      .filter((host) => this.#own.has(host.id) || host.file.version === this.#context.version)
      .toSorted((left, right) => right.file.startTime - left.file.startTime);
    return candidates[0];
  }

  async #spawn(kind: HostKind): Promise<ConnectedHost> {
    const found = await spawnHost(this.#context, kind);
    this.#own.add(found.file.id);
    const host = await this.#connect(found, this.#abort.signal);
    this.#drainOthers(host);
    return host;
  }

  /** After an upgrade: hosts of other versions keep what they hold and take nothing new. */
  #drainOthers(newest: ConnectedHost): void {
    for (const host of this.#hosts.values()) {
      const isOlder = host.file.version !== newest.file.version;
      if (!isOlder || host.isDraining || host.file.kind !== newest.file.kind) continue;
      host.isDraining = true;
      host.link.call('host/drain', {}).catch((error: unknown) => this.#noteFailure(host, error));
    }
  }

  async #connect(found: FoundHost, signal: AbortSignal): Promise<ConnectedHost> {
    const { file } = found;
    const link = await connectHost({
      socket: file.socket,
      tokenId: 'control',
      secret: file.key,
      clientId: `daemon-${this.#context.daemonId}`,
      kind: 'daemon',
      expected: { pid: file.pid, startTime: file.startTime },
      clientVersion: this.#context.version,
      signal,
    });
    await this.#store.remember(file);
    const known = this.#hosts.get(file.id);
    const host = known ?? new ConnectedHost(found, link);
    host.link = link;
    host.isConnected = true;
    this.#hosts.set(file.id, host);
    this.#unreachable.delete(file.id);
    link.onDidClose(() => this.#handleClose(host));
    await host.list();
    this.#onDidConnect.fire(host);
    return host;
  }

  async #tryConnect(found: FoundHost, signal: AbortSignal): Promise<ConnectedHost | undefined> {
    try {
      return await this.#connect(found, signal);
    } catch (error) {
      this.#noteFailure(found, error);
      return undefined;
    }
  }

  #handleClose(host: ConnectedHost): void {
    host.isConnected = false;
    if (this.#abort.signal.aborted) return;
    this.#retryLater(host);
  }

  #retryLater(found: FoundHost | ConnectedHost): void {
    const host = { path: found.path, file: found.file, isRunning: true };
    this.#unreachable.set(host.file.id, host);
    if (this.#retrying.has(host.file.id)) return;
    this.#retrying.add(host.file.id);
    this.#retry(host)
      .catch((error: unknown) => this.#noteFailure(host, error))
      .finally(() => this.#retrying.delete(host.file.id));
  }

  /** Until it answers or its process is gone. */
  async #retry(host: FoundHost): Promise<void> {
    const backoff = new Backoff({ firstMs: 20, maxMs: 2000 });
    while (!this.#abort.signal.aborted) {
      if (!isSameProcess(host.file.pid, host.file.startTime)) return this.#lose(host);
      if ((await this.#tryConnect(host, this.#abort.signal)) !== undefined) return;
      await pause(backoff.next(), this.#abort.signal);
    }
  }

  async #lose(host: FoundHost): Promise<void> {
    this.#hosts.get(host.file.id)?.link.dispose();
    this.#hosts.delete(host.file.id);
    this.#unreachable.delete(host.file.id);
    this.#context.log.warn('a pty host is gone', { hostId: host.file.id, pid: host.file.pid });
    await this.#forget(host);
    this.#onDidLose.fire(host.file.id);
  }

  /** Remembers the id first: its processes may still have to be reaped, after a restart too. */
  async #forget(host: FoundHost): Promise<void> {
    await this.#store.remember(host.file);
    await this.#store.markGone({ id: host.file.id });
    await forgetHost(host);
  }

  async #reap(listed: readonly number[]): Promise<void> {
    const remembered = await this.#store.list({});
    const gone = remembered.filter(
      (row) => !this.mayLive(row.id) && !isSameProcess(row.pid, row.startTime),
    );
    const killed = await reap({
      goneHostIds: new Set(gone.map((row) => row.id)),
      spared: new Set([process.pid, ...this.pids(), ...listed]),
    });
    if (killed > 0) this.#context.log.warn('ended what a lost host left behind', { killed });
  }

  #noteFailure(host: Pick<FoundHost, 'file'>, error: unknown): void {
    if (this.#abort.signal.aborted) return;
    const code = error instanceof WaggleError ? error.code : 'internal';
    this.#context.log.warn('a pty host does not answer', {
      hostId: host.file.id,
      code,
      reason: errorMessageOf(error),
    });
  }
}

/** Resolves after the time, or at once when it is given up. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
