import { setTimeout as delay } from 'node:timers/promises';
import type { HostSession } from '../../protocol/host/host.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { ConnectedHost, HostPool } from '../host/host.ts';
import type { Followers } from './followers.ts';
import { isLive } from './life.ts';
import type { SessionRow } from './row.ts';
import type { Sessions } from './sessions.ts';

export interface CollectingContext {
  readonly daemon: FeatureContext;
  readonly sessions: Sessions;
  readonly hosts: HostPool;
  readonly collectAfterMs?: number;
}

const defaultCollectAfterMs = 30_000;
/** Of a private session nothing stays that nobody looks at. */
const privateCollectAfterMs = 2000;
const retryMs = 1000;
const lookEveryMs = 20;

/**
 * Takes ended sessions out of their hosts: not while somebody is attached, and not before the spool has the last byte.
 * The history stays.
 */
export class Collecting implements Disposable {
  readonly #context: CollectingContext;
  readonly #followers: Followers;
  readonly #timers = new Map<SessionId, NodeJS.Timeout>();

  constructor(context: CollectingContext, followers: Followers) {
    this.#context = context;
    this.#followers = followers;
  }

  /** Looks at the session after a while; again when it was scheduled before. */
  schedule(id: SessionId, afterMs = this.#waitOf(id)): void {
    this.cancel(id);
    const timer = setTimeout(() => {
      this.#timers.delete(id);
      this.#try(id).catch((error: unknown) => {
        const reason = errorMessageOf(error);
        this.#context.daemon.log.warn('an ended session stays in its host', { id, reason });
      });
    }, afterMs);
    this.#timers.set(id, timer.unref());
  }

  #waitOf(id: SessionId): number {
    const { sessions, collectAfterMs = defaultCollectAfterMs } = this.#context;
    const isPrivate = sessions.find(id)?.private === true;
    return isPrivate ? Math.min(collectAfterMs, privateCollectAfterMs) : collectAfterMs;
  }

  cancel(id: SessionId): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  /** Takes it out now, whatever is attached or not yet written: what a deleted or restarted session leaves. */
  async collectNow(row: SessionRow): Promise<void> {
    this.cancel(row.id);
    const host = row.hostId === null ? undefined : this.#context.hosts.find(row.hostId);
    if (host?.isConnected !== true) return;
    await this.#followers.flush(row.id);
    await host.link.call('host/collect', { session: row.id });
  }

  /**
   * Takes everything that ended out of a host that is to end, once the spool has it; what is not there after `limitMs` is
   * given up.
   */
  async empty(host: ConnectedHost, limitMs: number): Promise<void> {
    const ended = (await host.list()).filter(({ exit }) => exit !== null);
    const deadline = performance.now() + limitMs;
    await Promise.all(ended.map((held) => this.#takeOut(host, held, deadline)));
  }

  async #takeOut(host: ConnectedHost, held: HostSession, deadline: number): Promise<void> {
    const { session: id, generation, end } = held;
    this.cancel(id);
    while ((this.#followers.seqOf(id, generation) ?? end) < end && performance.now() < deadline)
      await delay(lookEveryMs);
    await this.#followers.flush(id);
    await host.link.call('host/collect', { session: id });
    this.#followers.forget(id);
    await this.#context.sessions.change(id, (row) =>
      row.hostId === host.id && !isLive(row.status) ? { hostId: null } : {},
    );
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  async #try(id: SessionId): Promise<void> {
    const { sessions, hosts } = this.#context;
    const row = sessions.find(id);
    if (row === undefined || isLive(row.status) || row.hostId === null) return;
    const host = hosts.find(row.hostId);
    if (host?.isConnected !== true || sessions.clientsOf(id) > 0) return;
    const listed = (await host.list()).find((session) => session.session === id);
    if (listed !== undefined && listed.generation === row.generation) {
      const settled = this.#followers.seqOf(id, row.generation);
      if (settled !== undefined && settled < listed.end) return this.schedule(id, retryMs);
      await this.#followers.flush(id);
      const { collected } = await host.link.call('host/collect', { session: id });
      if (!collected) return this.schedule(id, retryMs);
    }
    this.#followers.forget(id);
    await sessions.change(id, (current) => (isLive(current.status) ? {} : { hostId: null }));
  }
}
