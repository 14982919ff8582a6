import type { WaggleErrorOptions } from '../../protocol/wire/errors.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { LaunchPlan } from '../agent/agent.ts';
import { listHolders } from '../transcript/transcript.ts';
import { isLive } from './life.ts';
import type { SessionRow } from './row.ts';
import { Sequences } from './sequence.ts';
import type { Sessions } from './sessions.ts';

/** Two processes in one conversation lose what one of them says: whoever starts one asks here. */
export class OneProcess {
  readonly #sessions: Sessions;
  readonly #order = new Sequences();

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /**
   * Does `begin`, after which the row is live, when nobody is in the conversation of the plan.
   * @throws WaggleError `conflict`.
   */
  start<T>(
    row: Pick<SessionRow, 'id' | 'agent'>,
    { isResumed, conversationId, agentDirectory }: LaunchPlan,
    begin: () => Promise<T>,
  ): Promise<T> {
    if (!isResumed || conversationId === null) return begin();
    return this.#order.run(`${row.agent} ${conversationId}`, async () => {
      this.#refuseOther(row, conversationId);
      if (agentDirectory !== null) await refuseHeld(row.agent, agentDirectory, conversationId);
      return begin();
    });
  }

  #refuseOther({ id, agent }: Pick<SessionRow, 'id' | 'agent'>, conversationId: string): void {
    const other = this.#sessions
      .rows()
      .filter((row) => isLive(row.status) && row.agent === agent && row.id !== id)
      .find((row) => row.conversations.at(-1)?.id === conversationId);
    if (other === undefined) return;
    throw conflict(`The session "${toPlainLine(other.name)}" is in this conversation.`, {
      fix: `Show that session: waggle attach ${other.id}`,
      details: { sessionId: other.id },
    });
  }
}

async function refuseHeld(agent: string, directory: string, conversationId: string): Promise<void> {
  const pid = (await listHolders(agent, directory)).get(conversationId);
  if (pid === undefined) return;
  throw conflict(`Process ${pid} is in the conversation of this session.`, {
    fix: 'End it there, then try again.',
    details: { pid },
  });
}

function conflict(message: string, options: WaggleErrorOptions): WaggleError {
  return new WaggleError('conflict', message, options);
}

/** Something was said in it, and it would begin anew without that. */
export function nothingKept({ agent }: Pick<SessionRow, 'agent'>): WaggleError {
  return new WaggleError('conflict', 'Nothing of its conversation can be gone on with there.', {
    fix: `Start a new session: waggle new --agent ${agent}`,
  });
}
