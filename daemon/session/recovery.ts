import type { HostSession } from '../../protocol/host/host.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { FeatureContext } from '../context.ts';
import { findLastConversation } from '../transcript/transcript.ts';
import type { ConnectedHost, HostPool } from '../host/host.ts';
import { isLive } from './life.ts';
import type { SessionRow } from './row.ts';
import { addConversation } from './conversations.ts';
import { fromMeta } from './row.ts';
import type { Sessions } from './sessions.ts';
import type { Watch } from './watching.ts';
import type { SessionNouns } from './nouns.ts';

/** What a start brings comes first. */
const reapAfterMs = 500;

export interface RecoveryContext {
  readonly daemon: FeatureContext;
  readonly hosts: HostPool;
  readonly sessions: Sessions;
  readonly watch: Watch;
  readonly workspaces: Pick<SessionNouns['workspaces'], 'locate'>;
}

/** Brings rows and hosts together: at the start, when a host is connected again, and when one is gone. */
export class Recovery implements Disposable {
  readonly #context: RecoveryContext;
  #reaping: NodeJS.Timeout | undefined;

  constructor(context: RecoveryContext) {
    this.#context = context;
  }

  /**
   * After rows and hosts are loaded; starts nothing again. `earlier`: what ran before this daemon. Clients may open
   * sessions meanwhile, which are none of its business.
   */
  async start(earlier: readonly SessionRow[]): Promise<void> {
    const { hosts } = this.#context;
    await Promise.all(hosts.list().map((host) => this.adopt(host)));
    const lost = this.#stillLive(earlier).filter(
      (row) => row.hostId === null || !hosts.mayLive(row.hostId),
    );
    await Promise.all(lost.map((row) => this.#interrupt(row)));
    for (const row of earlier) if (row.backgroundProcesses > 0) this.#context.watch.recount(row.id);
    // It looks at every process of the machine, and what ignores TERM takes seconds: nobody has to wait for it.
    this.#reaping = setTimeout(() => void this.#reap(), reapAfterMs).unref();
  }

  dispose(): void {
    clearTimeout(this.#reaping);
  }

  /** Takes over what a host holds. */
  async adopt(host: ConnectedHost): Promise<void> {
    const { watch, sessions, daemon } = this.#context;
    watch.listen(host);
    // Taken before the list: a session that is opened while the host answers is not missing in it.
    const expected = sessions.rows().filter((row) => row.hostId === host.id);
    const listed = await host.list();
    for (const held of listed) {
      try {
        await this.#adoptOne(host, held);
      } catch (error) {
        daemon.log.error('a session of a host cannot be taken over', {
          sessionId: held.session,
          error,
        });
      }
    }
    const ids = new Set<string>(listed.map((held) => held.session));
    const missing = this.#stillLive(expected).filter((row) => !ids.has(row.id));
    await Promise.all(missing.map((row) => this.#interrupt(row)));
  }

  /** Everything that ran in a host is gone with it. */
  async lose(hostId: string): Promise<void> {
    const rows = this.#context.sessions.rows().filter((row) => row.hostId === hostId);
    await Promise.all(rows.map((row) => this.#interrupt(row)));
    await this.#reap();
  }

  /** As they are now, of those that still run the process that they ran then. */
  #stillLive(rows: readonly SessionRow[]): SessionRow[] {
    return rows.flatMap((then) => {
      const row = this.#context.sessions.find(then.id);
      const isSame = row?.generation === then.generation && row.hostId === then.hostId;
      return isSame && isLive(row.status) ? [row] : [];
    });
  }

  async #adoptOne(host: ConnectedHost, held: HostSession): Promise<void> {
    const { sessions, watch } = this.#context;
    const row = sessions.find(held.session) ?? (await this.#rebuild(host, held));
    if (row === undefined) return this.#dropDeleted(host, held);
    if (held.generation !== row.generation) return this.#dropOld(host, held);
    const current = await this.#revive(row, host, held);
    if (held.exit === null && !isLive(current.status)) await this.#endUnwanted(host, held);
    await watch.handleListed(current, held);
    await watch.setClients(row.id, held.clients);
    await watch.begin(sessions.get(row.id), host);
  }

  /** The spawn happened and its commit did not; or the host was thought to be gone. */
  async #revive(row: SessionRow, host: ConnectedHost, held: HostSession): Promise<SessionRow> {
    const { sessions } = this.#context;
    const { pid, startTime } = held;
    const spawned = { type: 'spawned' as const, pid, startTime, hostId: host.id };
    if (row.status === 'starting') return (await sessions.act(row, spawned)) ?? row;
    if (row.status !== 'interrupted' || held.exit !== null) return row;
    const running = { status: 'running' as const, pid, startTime, hostId: host.id, reason: null };
    return (await sessions.change(row.id, () => running)) ?? row;
  }

  async #rebuild(host: ConnectedHost, held: HostSession): Promise<SessionRow | undefined> {
    // Asked now, not at the start: it may have been deleted while the host was away.
    if ((await this.#context.sessions.listDeleted()).includes(held.session)) return undefined;
    const row = fromMeta(held.meta, held.session);
    if (row === undefined) return undefined;
    const { pid, startTime, generation, size } = held;
    return this.#context.sessions.add({
      ...row,
      ...(await this.#workspaceOf(row)),
      ...{ pid, startTime, generation, size, hostId: host.id },
      status: 'running',
      reason: null,
      exit: null,
    });
  }

  /** That of a private session was never written. */
  async #workspaceOf({ private: isPrivate, cwd }: SessionRow): Promise<Partial<SessionRow>> {
    if (isPrivate !== true) return {};
    return { workspaceId: await this.#context.workspaces.locate(cwd, true) };
  }

  async #dropDeleted(host: ConnectedHost, held: HostSession): Promise<void> {
    if (held.exit === null) await this.#endUnwanted(host, held);
    else await host.link.call('host/collect', { session: held.session });
  }

  /** It was ended, or its start was given up, while the host could not be told. */
  async #endUnwanted(host: ConnectedHost, held: HostSession): Promise<void> {
    await host.link.call('host/signal', { session: held.session, signal: 'SIGKILL' });
  }

  async #dropOld(host: ConnectedHost, held: HostSession): Promise<void> {
    if (held.exit !== null) await host.link.call('host/collect', { session: held.session });
  }

  async #interrupt(row: SessionRow): Promise<void> {
    const { sessions, watch, daemon } = this.#context;
    watch.forget(row.id);
    if (!isLive(row.status)) {
      await sessions.change(row.id, () => ({ hostId: null, backgroundProcesses: 0 }));
      return watch.endRights(row);
    }
    const reason = `interrupted by a restart, ${toClock(daemon.clock.now())}`;
    // It may have changed its conversation while no daemon looked.
    const last = await lastConversationOf(row);
    const interruption = { at: new Date(daemon.clock.now()).toISOString(), isClaimed: false };
    const gone = {
      hostId: null,
      backgroundProcesses: 0,
      interruption,
      ...addConversation(row, last, { at: interruption.at, source: 'disk' }),
    };
    await sessions.act(row, { type: 'hostLost', reason }, gone);
    await watch.endRights(row);
  }

  async #reap(): Promise<void> {
    const { hosts, sessions } = this.#context;
    const listed = sessions.rows().flatMap((row) => (isLive(row.status) ? [row.pid ?? -1] : []));
    await hosts.reapLeftovers(listed);
  }
}

async function lastConversationOf(row: SessionRow): Promise<string | undefined> {
  const { agent, agentDirectory: directory, pid, startTime } = row;
  if (typeof directory !== 'string' || pid === null || startTime === null) return undefined;
  return findLastConversation({ agent, directory, pid, startTime });
}

/** `08:12`, local. */
function toClock(nowMs: number): string {
  const at = new Date(nowMs);
  return [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}
