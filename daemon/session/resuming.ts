import { rm, stat } from 'node:fs/promises';
import type { Session } from '../../protocol/session/session.ts';
import type { session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { canResume } from '../agent/agent.ts';
import type { FeatureContext } from '../context.ts';
import type { Caller } from '../feature.ts';
import type { Launching } from './launching.ts';
import { writeOldScreen } from './oldScreen.ts';
import type { SessionRow } from './row.ts';
import { resumableOf } from './row.ts';
import type { Sessions } from './sessions.ts';
import type { Spool } from './spool.ts';
import type { Watch } from './watching.ts';

interface Asked {
  readonly params: ResumeParams;
  readonly caller: Caller;
}

type Methods = (typeof session)['methods'];
type ResumeParams = ParamsOut<Methods['session/resume']>;
type ResumeResult = ResultIn<Methods['session/resume']>;

export interface ResumingContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'log' | 'paths'>;
  readonly sessions: Sessions;
  readonly launching: Launching;
  readonly watch: Pick<Watch, 'maker' | 'settle'>;
  readonly spool: Spool;
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
    const row = this.#context.sessions.get(params.sessionId);
    const resumable = resumableOf(row);
    if (resumable === 'no') throw refusalOf(row);
    return resumable === 'shell'
      ? this.#resumeShell(row, { params, caller })
      : this.#resumeProgram(row, { params, caller });
  }

  async #resumeShell(row: SessionRow, { params, caller }: Asked): Promise<ResumeResult> {
    const { sessions, launching, watch } = this.#context;
    const last = sessions.toSession(row).directory ?? row.seenDirectory ?? row.cwd;
    const isThere = await isDirectory(last);
    const cwd = isThere ? last : row.cwd;
    const where = isThere ? `in ${cwd}` : `in ${cwd}, because ${last} is gone`;
    await watch.settle(row);
    const started = await this.#whenDirectoryIsThere(row, async () => {
      const oldScreen = await this.#writeOldScreen(row);
      try {
        return await launching.restart(params, caller, { cwd, oldScreen });
      } catch (error) {
        if (oldScreen !== undefined) await rm(oldScreen, { force: true });
        throw error;
      }
    });
    const sentence = `a new shell ${toPlainLine(where, 300)}`;
    return { session: started, resumed: 'shell', sentence };
  }

  async #resumeProgram(row: SessionRow, { params, caller }: Asked): Promise<ResumeResult> {
    const { sessions, launching } = this.#context;
    const started = await this.#whenDirectoryIsThere(row, () => launching.restart(params, caller));
    const { resuming } = sessions.get(row.id);
    if (resuming !== null && resuming !== undefined) {
      const sentence = `in its conversation ${toPlainLine(resuming.conversationId, 64)}`;
      return { session: started, resumed: 'conversation', sentence };
    }
    return { session: started, resumed: 'command', sentence: plainSentenceOf(row) };
  }

  /** A session is resumed without its old screen rather than not at all. */
  async #writeOldScreen(row: SessionRow): Promise<string | undefined> {
    const { spool, watch, daemon } = this.#context;
    const note = `[resumed ${new Date(daemon.clock.now()).toLocaleString()} · above: what stood here before]`;
    try {
      const { runDir } = daemon.paths;
      return await writeOldScreen({ spool, maker: watch.maker, runDir }, row, note);
    } catch (error) {
      daemon.log.warn('the old screen of a session cannot be shown', { sessionId: row.id, error });
      return undefined;
    }
  }

  async #whenDirectoryIsThere<T>(row: SessionRow, start: () => Promise<T>): Promise<T> {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof WaggleError) || error.code !== 'directoryMissing') throw error;
      throw new WaggleError(
        'directoryMissing',
        `${error.message} It was the folder of the session.`,
        {
          cause: error,
          fix: directoryFixOf(row),
        },
      );
    }
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

/** What could not be kept is said. */
function plainSentenceOf({ agent, conversations }: SessionRow): string {
  if (agent === 'command') return 'the same command, started again';
  return conversations.length > 0 && canResume(agent)
    ? 'started again: nothing of its conversation was kept'
    : 'started again: its conversation is not known';
}

/** A worktree that was removed, most of the time. */
function directoryFixOf({ agent, conversations }: SessionRow): string {
  const id = conversations.at(-1)?.id;
  const again = 'Make the folder again (git worktree add …)';
  return id === undefined || !canResume(agent)
    ? `${again}, or start a new session elsewhere.`
    : `${again}, or go on elsewhere: waggle adopt ${toPlainLine(id, 64)} --cwd <folder>`;
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isDirectory(), notThere);
}

function notThere(): false {
  return false;
}

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
