/** Holds the link to the daemon: finds or starts one, makes it again when it breaks, tells what state that is in. */
import { setTimeout as delay } from 'node:timers/promises';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { connectDaemon } from '../../link/daemon/daemon.ts';
import type { HomePaths } from '../../link/home/home.ts';
import { readRuntimeFile } from '../../link/home/home.ts';
import type { EnsureOutcome } from '../../link/start/start.ts';
import { isSameProcess } from '../../link/process/process.ts';
import { bringsNewer, ensureDaemon } from '../../link/start/start.ts';
import type { MethodName, MethodParams, MethodResult } from '../../protocol/protocol.ts';
import { protocolVersion } from '../../protocol/wire/define.ts';
import { Backoff } from '../../protocol/wire/backoff.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { WaggleError, errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { Log } from '../log.ts';
import type { ConnectionAction, ConnectionState } from './connectionState.ts';
import { reduce, startState } from './connectionState.ts';
import { endForeignDaemon } from './foreignDaemon.ts';

export interface ConnectionOptions {
  readonly paths: HomePaths;
  /** This window, for its life. */
  readonly clientId: string;
  readonly clientVersion: string;
  readonly programDirectory: string;
  readonly log: Log;
}

/** How often a window without a daemon looks whether somebody else started one. */
const lookMs = 2000;
/** How long a daemon that closed the connection may take to end, and how often that is looked at. */
const endingMs = 6000;
const endingLookMs = 50;

export class DaemonConnection implements Disposable {
  readonly #options: ConnectionOptions;
  readonly #stateChanged = new Emitter<ConnectionState>();
  readonly #connected = new Emitter<DaemonLink>();
  readonly #backoff = new Backoff({ firstMs: 200, maxMs: 5000, jitter: 0.3 });
  readonly #abort = new AbortController();
  #state: ConnectionState = startState;
  #link: DaemonLink | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The daemon whose connection broke last. */
  #lost: { readonly pid: number; readonly startTime: number; readonly untilMs: number } | undefined;
  #attempting = false;
  #explicit = false;

  readonly onDidChangeState = this.#stateChanged.event;
  /** Every new connection; subscriptions are made anew on it. */
  readonly onDidConnect = this.#connected.event;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The link while there is one. */
  get link(): DaemonLink | undefined {
    return this.#link;
  }

  /** Connects when a daemon runs, or when one was killed and left its runtime file; starts none else. */
  probe(): void {
    this.#dispatch({ type: 'probed' });
  }

  /**
   * The link, with a daemon started when none runs. `explicit`: a person asked in so many words, so the start limit is
   * forgotten. Rejects with the typed error of the first attempt that fails.
   */
  require(explicit = false): Promise<DaemonLink> {
    if (this.#link !== undefined) return Promise.resolve(this.#link);
    this.#explicit ||= explicit;
    this.#dispatch({ type: 'required' });
    return new Promise((resolve, reject) => {
      const settle = (state: ConnectionState): void => {
        if (state.kind === 'connected' && this.#link !== undefined) resolve(this.#link);
        else if (state.kind === 'failed')
          reject(new WaggleError(state.code, state.message, fixOf(state.fix)));
        else if (state.kind === 'waiting') reject(new WaggleError(state.code, state.message));
        else if (state.kind === 'disposed') reject(new WaggleError('stopped'));
        else return;
        subscription.dispose();
      };
      const subscription = this.#stateChanged.event(settle);
      settle(this.#state);
    });
  }

  /** Calls a method, on a daemon that is started when none runs. */
  async call<M extends MethodName>(method: M, params: MethodParams<M>): Promise<MethodResult<M>> {
    const link = await this.require();
    return link.call(method, params);
  }

  /** Ends the daemon on a person's word; sessions run on unless they are to be killed. Settles when its process is gone. */
  async stop(sessions: 'keep' | 'kill' = 'keep'): Promise<void> {
    const link = this.#link;
    if (link === undefined) return;
    const closed = new Promise<void>((resolve) => {
      const subscription = link.onDidClose(() => {
        subscription.dispose();
        resolve();
      });
    });
    const { pid, startTime } = link.info;
    await link.call('daemon/stop', { sessions });
    await closed;
    const untilMs = Date.now() + endingMs;
    while (isSameProcess(pid, startTime) && Date.now() < untilMs) await delay(endingLookMs);
  }

  /** Ends what runs, also a daemon that this version cannot talk to, and starts the one that came with it. */
  async restart(): Promise<void> {
    if (this.#link === undefined) await endForeignDaemon(this.#options.paths);
    else await this.stop();
    await this.require(true);
  }

  dispose(): void {
    this.#dispatch({ type: 'disposed' });
    this.#abort.abort();
    clearTimeout(this.#timer);
    this.#link?.dispose();
    this.#link = undefined;
    this.#stateChanged.dispose();
    this.#connected.dispose();
  }

  #dispatch(action: ConnectionAction): void {
    const before = this.#state;
    this.#state = reduce(before, action);
    if (this.#state === before) return;
    this.#options.log.debug('daemon connection', action.type, this.#state.kind);
    this.#stateChanged.fire(this.#state);
    this.#follow(this.#state);
  }

  #follow(state: ConnectionState): void {
    clearTimeout(this.#timer);
    if (state.kind === 'seeking') void this.#attempt();
    if (state.kind === 'waiting') {
      this.#timer = setTimeout(() => this.#retry(), this.#backoff.next());
    }
    if (state.kind === 'idle') this.#lookOut();
  }

  /**
   * A daemon that ends on purpose closes its connections first and removes its runtime file last; one that was killed
   * leaves the file. So a process that still lives is waited for, and the file decides.
   */
  #retry(): void {
    const lost = this.#lost;
    if (
      lost !== undefined &&
      Date.now() < lost.untilMs &&
      isSameProcess(lost.pid, lost.startTime)
    ) {
      this.#timer = setTimeout(() => this.#retry(), endingLookMs);
      return;
    }
    this.#lost = undefined;
    const hasEnded = lost !== undefined && !this.#hasRuntimeFile();
    this.#dispatch({ type: hasEnded ? 'ended' : 'retried' });
  }

  /** While idle: another window or the command may start a daemon at any time. */
  #lookOut(): void {
    this.#timer = setTimeout(() => {
      if (this.#state.kind !== 'idle') return;
      if (this.#hasRuntimeFile()) this.#dispatch({ type: 'probed' });
      else this.#lookOut();
    }, lookMs);
  }

  #hasRuntimeFile(): boolean {
    try {
      return readRuntimeFile(this.#options.paths) !== undefined;
    } catch (error) {
      this.#options.log.warn('cannot read the runtime file', errorMessageOf(error));
      return false;
    }
  }

  /** One at a time; a wish to start that came during a probe is followed up at its end. */
  async #attempt(): Promise<void> {
    if (this.#attempting) return;
    this.#attempting = true;
    try {
      while (this.#state.kind === 'seeking') {
        const { mayStart } = this.#state;
        const action = mayStart ? await this.#start() : await this.#look();
        if (action.type === 'absent' && this.#wantsStart()) continue;
        this.#dispatch(action);
        break;
      }
    } finally {
      this.#attempting = false;
    }
    if (this.#state.kind === 'seeking') await this.#attempt();
  }

  #wantsStart(): boolean {
    return this.#state.kind === 'seeking' && this.#state.mayStart;
  }

  async #look(): Promise<ConnectionAction> {
    if (!this.#hasRuntimeFile()) return { type: 'absent' };
    const { paths, clientId, clientVersion } = this.#options;
    const signal = this.#abort.signal;
    try {
      const link = await connectDaemon({
        paths,
        kind: 'extension',
        clientId,
        clientVersion,
        signal,
      });
      if (!this.#isOlder(link)) return this.#take(link);
      // It may make room for ours.
      link.dispose();
      return await this.#start();
    } catch (error) {
      this.#options.log.info(
        'the runtime file names no daemon that answers',
        errorMessageOf(error),
      );
      // A runtime file without its daemon: it did not end on purpose, so it is started again.
      return errorCodeOf(error) === 'daemonUnreachable' ? await this.#start() : toFailure(error);
    }
  }

  #isOlder({ info }: DaemonLink): boolean {
    const { paths, programDirectory } = this.#options;
    return (
      info.protocol < protocolVersion || bringsNewer(paths, programDirectory, info.serverVersion)
    );
  }

  async #start(): Promise<ConnectionAction> {
    const { paths, clientId, clientVersion, programDirectory } = this.#options;
    const explicit = this.#explicit;
    this.#explicit = false;
    try {
      const outcome: EnsureOutcome = await ensureDaemon({
        paths,
        kind: 'extension',
        clientId,
        clientVersion,
        programDirectory,
        explicit,
        updates: true,
        onProgress: (step) => this.#dispatch({ type: 'progressed', step }),
        signal: this.#abort.signal,
      });
      return 'error' in outcome ? toFailure(outcome.error) : this.#take(outcome.link);
    } catch (error) {
      return toFailure(error);
    }
  }

  #take(link: DaemonLink): ConnectionAction {
    if (this.#state.kind === 'disposed') {
      link.dispose();
      return { type: 'disposed' };
    }
    this.#link = link;
    this.#backoff.reset();
    const { pid, serverVersion } = link.info;
    this.#options.log.info('connected to the daemon', { pid, version: serverVersion });
    link.onDidClose(({ code, error }) => {
      if (this.#link !== link) return;
      this.#link = undefined;
      this.#options.log.info('the connection to the daemon closed', {
        code,
        reason: error.message,
      });
      this.#lost = { pid, startTime: link.info.startTime, untilMs: Date.now() + endingMs };
      this.#dispatch({ type: 'lost' });
    });
    this.#connected.fire(link);
    return { type: 'connected', pid, version: serverVersion };
  }
}

function toFailure(error: unknown): ConnectionAction {
  const fix = error instanceof WaggleError ? error.fix : undefined;
  return { type: 'failed', code: errorCodeOf(error), message: errorMessageOf(error), fix };
}

function fixOf(fix: string | undefined): { fix?: string } {
  return fix === undefined ? {} : { fix };
}
