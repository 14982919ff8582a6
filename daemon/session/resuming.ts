import type { Session } from '../../protocol/session/session.ts';
import type { session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Caller } from '../feature.ts';
import type { Launching } from './launching.ts';
import type { SessionRow } from './row.ts';
import { resumableOf } from './row.ts';
import type { Sessions } from './sessions.ts';

type Methods = (typeof session)['methods'];
type ResumeParams = ParamsOut<Methods['session/resume']>;
type ResumeResult = ResultIn<Methods['session/resume']>;

export interface ResumingContext {
  readonly sessions: Sessions;
  readonly launching: Launching;
}

/** Brings back what does not run. Starts nothing unasked: every start here was called for by a person. */
export class Resuming {
  readonly #context: ResumingContext;

  constructor(context: ResumingContext) {
    this.#context = context;
  }

  /**
   * The caller has made sure that nothing else changes this session. Rejects as a restart does.
   * @throws WaggleError `notFound`, `conflict`, `directoryMissing`, `untrusted`, `commandNotFound`, `launchFailed`.
   */
  async resume(params: ResumeParams, caller: Caller): Promise<ResumeResult> {
    const { sessions, launching } = this.#context;
    const row = sessions.get(params.sessionId);
    const resumed = resumableOf(row);
    if (resumed === 'no') throw refusalOf(row);
    const started = await launching.restart(params, caller);
    return { session: started, resumed, sentence: sentences[resumed] };
  }

  /** What is interrupted; with `claim` the first caller is told which of them nobody asked about yet. */
  async listInterrupted(claim: boolean): Promise<ResultIn<Methods['session/listInterrupted']>> {
    const { sessions } = this.#context;
    const claimed: SessionId[] = [];
    for (const row of claim ? interruptedOf(sessions) : []) {
      // Decided inside the change: two windows may ask at once.
      await sessions.change(row.id, ({ status, interruption }) => {
        if (status !== 'interrupted' || interruption?.isClaimed !== false) return {};
        claimed.push(row.id);
        return { interruption: { ...interruption, isClaimed: true } };
      });
    }
    const listed: Session[] = interruptedOf(sessions).map((row) => sessions.toSession(row));
    return { sessions: listed, claimed, revision: sessions.revision };
  }
}

const sentences = {
  conversation: 'in its last conversation',
  command: 'started again',
  shell: 'a new shell in its last directory',
} as const;

function interruptedOf(sessions: Sessions): SessionRow[] {
  return sessions.rows().filter(({ status }) => status === 'interrupted');
}

function refusalOf(row: SessionRow): WaggleError {
  if (row.origin === 'imported')
    return new WaggleError('conflict', 'An imported session is for reading only.', {
      fix: 'Continue its conversation: waggle adopt.',
    });
  if (row.status === 'running' || row.status === 'starting')
    return new WaggleError('conflict', 'The session still runs.');
  return new WaggleError('launchFailed', 'The command of this session is not known any more.', {
    fix: 'Start it as a new session.',
  });
}
