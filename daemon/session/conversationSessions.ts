import type { Session } from '../../protocol/session/session.ts';
import { session } from '../../protocol/session/session.ts';
import type { ClientId } from '../../protocol/wire/brand.ts';
import type { ParamsIn } from '../../protocol/wire/define.ts';
import type { Caller } from '../feature.ts';
import type { Environment } from './environment.ts';
import type { Import, ImportingContext, ImportSource } from './importing.ts';
import { beginImport } from './importing.ts';
import type { Launching } from './launching.ts';
import type { Resuming } from './resuming.ts';
import { Sequences } from './sequence.ts';

type Methods = (typeof session)['methods'];
type OpenParams = ParamsIn<Methods['session/open']>;
type ResumeParams = ParamsIn<Methods['session/resume']>;

export interface Asker {
  readonly environment: Environment;
  readonly windowId?: ClientId | undefined;
}

/** What comes from elsewhere and becomes a session. */
export interface ConversationSessions {
  /** What a process would inherit that this client opens. */
  environmentFor(asker: Asker): Environment;
  /** The session whose last conversation it is; one that was imported is none. */
  findByConversation(agent: string, conversationId: string): Session | undefined;
  /** Rejects as opening a session does. */
  continueIn(params: OpenParams, conversationId: string, caller: Caller): Promise<Session>;
  /** Opens a command that shows something which runs elsewhere. Rejects as opening a session does. */
  mirror(params: OpenParams, caller: Caller): Promise<Session>;
  /** Rejects as resuming a session does. */
  resume(params: ResumeParams, caller: Caller): Promise<Session>;
  beginImport(source: ImportSource): Promise<Import>;
  oneAfterTheOther<T>(work: () => Promise<T>): Promise<T>;
}

export interface ConversationSessionsContext extends ImportingContext {
  readonly launching: Launching;
  readonly resuming: Resuming;
  readonly sequences: Sequences;
}

export function createConversationSessions(
  context: ConversationSessionsContext,
): ConversationSessions {
  const { sessions, launching, resuming, sequences } = context;
  const { 'session/open': open, 'session/resume': resume } = session.methods;
  const order = new Sequences();
  return {
    environmentFor: ({ environment, windowId }) => launching.inherit(windowId, environment),
    findByConversation(agent, conversationId) {
      const row = sessions
        .rows()
        .findLast(
          (one) =>
            one.agent === agent &&
            one.origin !== 'imported' &&
            one.conversations.at(-1)?.id === conversationId,
        );
      return row === undefined ? undefined : sessions.toSession(row);
    },
    continueIn: (params, conversationId, caller) =>
      launching.open(open.params.parse(params), caller, { conversationId, origin: 'continued' }),
    mirror: (params, caller) =>
      launching.open(open.params.parse(params), caller, { origin: 'mirrored' }),
    async resume(params, caller) {
      const asked = resume.params.parse(params);
      return sequences.run(asked.sessionId, async () => {
        await resuming.resume(asked, caller);
        return sessions.toSession(sessions.get(asked.sessionId));
      });
    },
    beginImport: (source) => beginImport(context, source),
    oneAfterTheOther: (work) => order.run('conversation', work),
  };
}
