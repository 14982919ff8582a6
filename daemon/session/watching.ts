import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostSession } from '../../protocol/host/host.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { ConnectedHost, HostPool } from '../host/host.ts';
import { ScreenMaker } from '../screen/screen.ts';
import { Collecting } from './collecting.ts';
import { Followers } from './followers.ts';
import { Observing } from './observing.ts';
import type { LifeAction, SessionExit } from './life.ts';
import { isLive } from './life.ts';
import { Pipes } from './pipes.ts';
import { describeFailedResume, isFailedResume } from './resumeFailure.ts';
import type { SessionRow } from './row.ts';
import type { Sessions } from './sessions.ts';
import type { Spool } from './spool.ts';
import { Trees } from './trees.ts';

export interface WatchContext {
  readonly daemon: FeatureContext;
  readonly sessions: Sessions;
  readonly hosts: HostPool;
  readonly spool: Spool;
  /** How long an ended session stays in its host when nobody is attached; 30,000 when absent. */
  readonly collectAfterMs?: number;
}

const settleLimitMs = 2000;
const writeAgainMs = 1000;

interface HostExit {
  readonly code: number | null;
  readonly signal: number | null;
  readonly background: number;
  readonly at?: number;
}

/** Keeps rows true to what happens in the hosts: follows output, hears of exits and clients, collects what ended. */
export class Watch implements Disposable {
  readonly trees: Trees;
  readonly followers: Followers;
  readonly collecting: Collecting;
  readonly maker: ScreenMaker;
  /** Their output is a chat's. */
  readonly pipes = new Pipes();
  /** Sessions whose exit is their going to sleep. */
  readonly sleeping = new Set<SessionId>();
  readonly #context: WatchContext;
  readonly #owned = new DisposableStore();
  /** Sessions that are being killed: their exit is `killed`, not `ended`. */
  readonly #killing = new Set<SessionId>();
  readonly #exitWaiters = new Map<SessionId, () => void>();

  constructor(context: WatchContext) {
    this.#context = context;
    this.trees = this.#owned.add(new Trees((id, others) => this.#count(id, others)));
    const entry = context.daemon.program.entryOf('screenWorker');
    this.maker = this.#owned.add(new ScreenMaker({ entry }));
    this.followers = this.#owned.add(
      new Followers({ ...context, maker: this.maker, pipes: this.pipes }),
    );
    this.#owned.add(new Observing({ ...context, followers: this.followers }));
    this.collecting = this.#owned.add(new Collecting(context, this.followers));
  }

  /** Listens to a host's events. Once per connection: they end with its link. */
  listen(host: ConnectedHost): void {
    const { link } = host;
    link.onEvent('host/exited', (event) => {
      const { session, generation } = event;
      this.#inBackground(this.handleExit({ id: session, generation }, event));
    });
    link.onEvent('host/screenWanted', ({ session, generation, seq }) =>
      this.followers.screenWanted(session, generation, seq),
    );
    link.onEvent('host/clientsChanged', ({ session, clients }) => {
      this.#inBackground(this.setClients(session, clients));
    });
  }

  /** Starts following the process of a row in a host. `isNew`: it was started just now. */
  async begin(row: SessionRow, host: ConnectedHost, isNew = false): Promise<void> {
    if (row.pid !== null && row.startTime !== null)
      this.trees.begin(row.id, { pid: row.pid, startTime: row.startTime });
    try {
      await this.followers.follow(row, host, isNew);
    } catch (error) {
      if (errorCodeOf(error) === 'stopped') return;
      // The session runs on without its history; the next connection to the host tries again.
      this.#context.daemon.log.warn('a session cannot be followed', {
        sessionId: row.id,
        code: errorCodeOf(error),
        reason: errorMessageOf(error),
      });
    }
    if (!isLive(row.status)) this.collecting.schedule(row.id);
  }

  async setClients(id: SessionId, clients: number): Promise<void> {
    if (this.#context.sessions.find(id) === undefined) return;
    await this.#context.sessions.setClients(id, clients);
    if (clients === 0) this.collecting.schedule(id);
  }

  async handleExit(process: Pick<SessionRow, 'id' | 'generation'>, told: HostExit): Promise<void> {
    const { id } = process;
    const exit = toExit(told, this.#context.daemon.clock.now());
    const type = this.#endOf(id);
    // Who is being killed needs no count, and looking for all of many at once takes seconds.
    const marked = type === 'killed' ? 0 : this.trees.addMarked(id);
    const backgroundProcesses = Math.max(told.background, marked);
    const failure = type === 'exited' ? await this.#explainResume(process, exit) : undefined;
    const action = failure ?? ({ type, exit } as const);
    const act = () => this.#context.sessions.act(process, action, { backgroundProcesses });
    await this.#untilWritten(act);
    this.#exitWaiters.get(id)?.();
    this.collecting.schedule(id);
    await this.endRights(process);
  }

  #endOf(id: SessionId): 'killed' | 'slept' | 'exited' {
    if (this.#killing.has(id)) return 'killed';
    return this.sleeping.has(id) ? 'slept' : 'exited';
  }

  /** When a process ended because it could not go on with its conversation: what it said about it. */
  async #explainResume(
    { id, generation }: Pick<SessionRow, 'id' | 'generation'>,
    exit: SessionExit,
  ): Promise<LifeAction | undefined> {
    // After what was changed before: who ends at once is told of while the start is still written down.
    const row = await this.#context.sessions.change(id, () => ({}));
    if (row?.generation !== generation || !isFailedResume(row, exit)) return undefined;
    const host = row.hostId === null ? undefined : this.#context.hosts.find(row.hostId);
    if (host !== undefined) await this.begin(row, host);
    await this.settle(row);
    const reason = await describeFailedResume(this.#context.spool, row);
    return { type: 'resumeFailed', exit, reason };
  }

  /** What still runs behind an end of which an earlier daemon heard. */
  recount(id: SessionId): void {
    this.#count(id, this.trees.addMarked(id));
  }

  /** The tokens of a session end with its last process; those of a later generation are none of it. */
  async endRights({ id, generation }: Pick<SessionRow, 'id' | 'generation'>): Promise<void> {
    const row = this.#context.sessions.find(id);
    if (row?.generation !== generation || isLive(row.status) || row.backgroundProcesses > 0) return;
    await this.#context.daemon.tokens.revoke(id);
  }

  /** Between these an exit counts as killed. */
  async whileKilling<T>(ids: readonly SessionId[], work: () => Promise<T>): Promise<T> {
    for (const id of ids) this.#killing.add(id);
    try {
      return await work();
    } finally {
      for (const id of ids) this.#killing.delete(id);
    }
  }

  /** Resolves when the exit of a live session was told, or after `limitMs`. */
  waitForExit(id: SessionId, limitMs: number): Promise<void> {
    const row = this.#context.sessions.find(id);
    if (row === undefined || !isLive(row.status)) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#exitWaiters.delete(id);
        resolve();
      };
      const timer = setTimeout(done, limitMs);
      this.#exitWaiters.set(id, done);
    });
  }

  /** Exit of a session as its host lists it. */
  async handleListed(row: SessionRow, listed: HostSession): Promise<void> {
    if (listed.exit === null) return;
    await this.handleExit(row, { ...listed.exit, background: listed.background });
  }

  /** Waits until the spool has everything of an ended generation that its host still holds; 2 s at most. */
  async settle(row: SessionRow): Promise<void> {
    const host = row.hostId === null ? undefined : this.#context.hosts.find(row.hostId);
    if (host?.isConnected !== true) return;
    const listed = (await host.list()).find((held) => held.session === row.id);
    const hasEnded = listed?.generation === row.generation && listed.exit !== null;
    const end = hasEnded ? listed.end : 0;
    const deadline = performance.now() + settleLimitMs;
    while ((this.followers.seqOf(row.id, row.generation) ?? end) < end) {
      if (performance.now() > deadline) break;
      await delay(20);
    }
    await this.followers.flush(row.id);
  }

  forget(id: SessionId): void {
    this.trees.forget(id);
    this.followers.forget(id);
    this.collecting.cancel(id);
  }

  async stop(): Promise<void> {
    await this.followers.stop();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** The host tells an exit once: while the database takes nothing (busy, full disk) it is tried again. */
  async #untilWritten(act: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await act();
        return;
      } catch (error) {
        const isPassing = ['busy', 'diskFull'].includes(errorCodeOf(error));
        if (!isPassing || this.#owned.isDisposed) throw error;
        this.#context.daemon.log.warn('an exit waits for the database', { error });
        await delay(writeAgainMs, undefined, { ref: false });
      }
    }
  }

  #count(id: SessionId, others: number): void {
    const row = this.#context.sessions.find(id);
    if (row === undefined) return this.trees.forget(id);
    if (isLive(row.status)) return;
    if (others === 0) this.trees.forget(id);
    if (others === row.backgroundProcesses) return;
    const change = this.#context.sessions.change(id, (current) =>
      isLive(current.status) ? {} : { backgroundProcesses: others },
    );
    this.#inBackground(change.then(() => this.endRights(row)));
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#context.daemon.log.error('a change of a session was lost', { error });
    });
  }
}

const signalNames = new Map(
  Object.entries(constants.signals).map(([name, number]): [number, string] => [number, name]),
);

function toExit({ code, signal, at }: HostExit, now: number): SessionExit {
  const isSignalled = signal !== null && signal !== 0;
  return {
    code: isSignalled ? null : code,
    signal: isSignalled ? (signalNames.get(signal) ?? `SIG${signal}`) : null,
    at: new Date(at ?? now).toISOString(),
  };
}
