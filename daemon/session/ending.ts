import type { Session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { errorMessageOf, WaggleError } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { HostPool } from '../host/host.ts';
import { endProcesses, MarkerScan, TreeRecord } from '../process/process.ts';
import type { Forgetters } from './forgetters.ts';
import type { Hooks } from './hooks.ts';
import type { ToolServers } from './toolServers.ts';
import { isLive } from './life.ts';
import { removeOldScreen } from './oldScreen.ts';
import type { SessionRow } from './row.ts';
import type { Sequences } from './sequence.ts';
import type { Sessions } from './sessions.ts';
import type { SocketLinks } from './socketLinks.ts';
import type { Spool } from './spool.ts';
import type { StartNotes } from './notes.ts';
import type { Watch } from './watching.ts';

export interface EndingContext {
  readonly daemon: FeatureContext;
  readonly hosts: HostPool;
  readonly sessions: Sessions;
  readonly watch: Watch;
  readonly spool: Spool;
  readonly links: SocketLinks;
  readonly hooks: Hooks;
  readonly tools: Pick<ToolServers, 'remove'>;
  readonly notes: Pick<StartNotes, 'remove'>;
  readonly sequences: Sequences;
  readonly forgetters: Forgetters;
}

/** How long the host may take to tell the exit of a process that is gone. */
const exitNewsLimitMs = 2000;
/** How long the last bytes may take into the spool, and a host to end, when everything ends. */
const emptyLimitMs = 1000;
const dismissLimitMs = 500;
const nobody = { pid: -1, startTime: -1 };

/** Ends processes, and removes what is kept of ended sessions. */
export class Ending {
  readonly #context: EndingContext;

  constructor(context: EndingContext) {
    this.#context = context;
  }

  /**
   * Ends every process of a session, those that left its tree included. Resolves when all are gone.
   * @throws WaggleError `notFound`, `timeout`.
   */
  async kill(id: SessionId): Promise<{ session: Session; killed: number }> {
    const { sessions } = this.#context;
    const killed = await this.#killRows([sessions.get(id)]);
    return { session: sessions.toSession(sessions.get(id)), killed };
  }

  /** @throws WaggleError `notFound`, `conflict` while it or something that it left behind runs. */
  async delete(id: SessionId): Promise<void> {
    const { sessions, watch, spool, links, hooks, tools, notes, daemon } = this.#context;
    const row = sessions.get(id);
    if (isLive(row.status))
      throw new WaggleError('conflict', 'The session still runs.', { fix: 'End it first.' });
    // Without the row nobody could find them again.
    if (row.backgroundProcesses > 0)
      throw new WaggleError('conflict', 'Something of the session still runs in the background.', {
        fix: 'End it first.',
      });
    await watch.collecting.collectNow(row);
    // A write on its way would bring the folder of the history back.
    await watch.followers.end(id);
    watch.forget(id);
    await daemon.tokens.revoke(id);
    links.remove(id);
    hooks.remove(id);
    tools.remove(id);
    notes.remove(id);
    await removeOldScreen(daemon.paths.runDir, id);
    await watch.pipes.remove(id);
    await this.#context.forgetters.forget(id);
    await sessions.remove(id);
    await spool.remove(id);
  }

  /** A private session that is over, and nothing of it left to end, is forgotten. */
  async forgetPrivate(id: SessionId): Promise<void> {
    const row = this.#context.sessions.find(id);
    if (row === undefined) return;
    const isOver = ['ended', 'killed', 'interrupted'].includes(row.status);
    const isHeld = row.hostId !== null || row.backgroundProcesses > 0;
    if (row.private === true && isOver && !isHeld) await this.delete(row.id);
  }

  /** Ends all sessions that run, and the background processes of ended ones. Resolves with the number of processes. */
  async killAll(): Promise<number> {
    const { sessions, sequences } = this.#context;
    const starting = sessions.rows().filter(({ status }) => status === 'starting');
    await Promise.all(starting.map(({ id }) => sequences.run(id, untilStarted)));
    const rows = sessions.rows().filter((row) => isLive(row.status) || row.backgroundProcesses > 0);
    return this.#killRows(rows);
  }

  /**
   * Takes what ended out of the hosts and lets them end, so that nothing of this data directory runs on when the daemon is
   * gone. Never rejects: a host that does not answer is left to the next daemon.
   */
  async endHosts(): Promise<void> {
    const { hosts, watch, daemon } = this.#context;
    const connected = hosts.list().filter((host) => host.isConnected);
    const ended = await Promise.allSettled(
      connected.map(async (host) => {
        await watch.collecting.empty(host, emptyLimitMs);
        await hosts.dismiss(host, dismissLimitMs);
      }),
    );
    for (const outcome of ended)
      if (outcome.status === 'rejected')
        daemon.log.warn('a pty host was not emptied', { reason: errorMessageOf(outcome.reason) });
  }

  /** All at once: the list of processes is read for all of them, not for each. */
  async #killRows(rows: readonly SessionRow[]): Promise<number> {
    const { watch } = this.#context;
    const ids = rows.map((row) => row.id);
    const killed = await watch.whileKilling(ids, async () => {
      const count = await this.#endAll(rows);
      await Promise.all(ids.map((id) => watch.waitForExit(id, exitNewsLimitMs)));
      return count;
    });
    await Promise.all(rows.map((row) => this.#settleKilled(row)));
    return killed;
  }

  async #settleKilled(row: SessionRow): Promise<void> {
    const { sessions, watch, daemon } = this.#context;
    const exit = { code: null, signal: null, at: new Date(daemon.clock.now()).toISOString() };
    await sessions.act(row, { type: 'killed', exit }, { backgroundProcesses: 0 });
    watch.trees.forget(row.id);
    await daemon.tokens.revoke(row.id);
  }

  #endAll(rows: readonly SessionRow[]): Promise<number> {
    const { hosts, watch } = this.#context;
    const ids = new Set<string>(rows.map((row) => row.id));
    const shells = rows.flatMap((row) => (row.agent === 'shell' ? (row.pid ?? []) : []));
    const known = rows.map((row) => watch.trees.recordOf(row.id) ?? new TreeRecord(rootOf(row)));
    return endProcesses({
      records: [new TreeRecord(nobody), ...known],
      scan: new MarkerScan('WAGGLE_SESSION_ID', (value) => ids.has(value)),
      spared: new Set([process.pid, ...hosts.pids()]),
      hangUp: new Set(shells),
    });
  }
}

/** Only its turn is waited for. */
function untilStarted(): Promise<void> {
  return Promise.resolve();
}

function rootOf({ pid, startTime }: SessionRow): typeof nobody {
  return pid === null || startTime === null ? nobody : { pid, startTime };
}
