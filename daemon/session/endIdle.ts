import { readForegroundGroup } from '../../link/process/process.ts';
import type { session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { ResultIn } from '../../protocol/wire/define.ts';
import type { Attaching } from './attaching.ts';
import type { Ending } from './ending.ts';
import type { SessionRow } from './row.ts';
import type { Sessions } from './sessions.ts';
import type { Watch } from './watching.ts';

export interface EndIdleContext {
  readonly sessions: Sessions;
  readonly attaching: Pick<Attaching, 'hostOf'>;
  readonly ending: Pick<Ending, 'kill'>;
  readonly watch: Pick<Watch, 'trees'>;
}

/** What is known of a session at the moment in which somebody turned away from it. */
export interface IdleFacts {
  readonly agent: string;
  readonly pid: number | null;
  /** What the shell itself says, as far as it says anything. */
  readonly prompt: 'prompt' | 'running' | 'unknown' | undefined;
  /** The process group that reads from its terminal; undefined where the system does not tell. */
  readonly foreground: number | undefined;
  /** Its processes beside the shell: jobs, and what left its tree. */
  readonly others: number;
  /** Clients that still show it. */
  readonly clients: number;
}

type EndIdleResult = ResultIn<(typeof session)['methods']['session/endIdle']>;

/** Why a session is kept; undefined for a shell that waits at its prompt and has nothing else to do. */
export function whyKept(facts: IdleFacts): EndIdleResult['kept'] | undefined {
  if (facts.agent !== 'shell') return 'noShell';
  if (facts.pid === null) return 'notRunning';
  if (facts.clients > 0) return 'attached';
  const isElsewhere = facts.foreground !== undefined && facts.foreground !== facts.pid;
  if (facts.prompt === 'running' || facts.others > 0 || isElsewhere) return 'busy';
  const isKnown = facts.prompt === 'prompt' || facts.foreground === facts.pid;
  return isKnown ? undefined : 'unknown';
}

/**
 * Ends a shell that is idle; keeps everything else and what nobody can tell. The caller has made sure that nothing else
 * changes this session.
 * @throws WaggleError `notFound`, `timeout`.
 */
export async function endIdle(context: EndIdleContext, id: SessionId): Promise<EndIdleResult> {
  const { sessions, ending, watch } = context;
  const row = sessions.get(id);
  const { pid, agent } = row;
  const clients = row.status === 'running' ? await countClients(context, row) : 0;
  const kept = whyKept({
    agent,
    pid: row.status === 'running' ? pid : null,
    prompt: sessions.toSession(row).prompt,
    foreground: pid === null ? undefined : readForegroundGroup(pid),
    others: agent === 'shell' ? watch.trees.addMarked(id) : 0,
    clients,
  });
  if (kept !== undefined) return { session: sessions.toSession(row), kept };
  return { session: (await ending.kill(id)).session };
}

/** Asked of the host itself: its news of a client that came may be on their way. */
async function countClients({ attaching }: EndIdleContext, row: SessionRow): Promise<number> {
  const held = await attaching.hostOf(row).list();
  return held.find(({ session: heldId }) => heldId === row.id)?.clients ?? 0;
}
