import type { Principal } from '../feature.ts';
import type { ChatLook, TaskChats } from '../chat/chat.ts';
import type { TaskSessions } from '../session/session.ts';
import type { WorkspaceFeature } from '../workspace/workspace.ts';
import { resolveFolder } from '../workspace/workspace.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { KeptOutput, KeptRun, KeptTask } from './rows.ts';
import type { Ended } from './settling.ts';
import { hashOfFile } from './fileTasks.ts';
import { ensureWorktree } from './worktree.ts';

export interface ExecutingContext {
  readonly sessions: TaskSessions;
  readonly chats: TaskChats;
  readonly workspaces: Pick<WorkspaceFeature, 'trustOf'>;
  /** Where worktrees of tasks are made. */
  readonly worktreeDirectory: string;
}

/** A run that has a session now. */
export interface Begun {
  readonly sessionId: SessionId;
  readonly worktreePath: string | null;
  readonly turnsBefore: number | null;
  readonly usedBefore: KeptRun['usedBefore'];
}

const outputMaxChars = 65_536;
const feedbackMaxChars = 8000;

/** Starts what a run is, and tells how it ended, as it was seen. Keeps nothing and decides nothing. */
export class Executing {
  readonly #context: ExecutingContext;

  constructor(context: ExecutingContext) {
    this.#context = context;
  }

  /** Its session, with a process or about to have one. Rejects as opening a session or a chat does, and with `untrusted`. */
  async begin(task: KeptTask, run: KeptRun): Promise<Begun> {
    const { work } = task;
    const worktreePath = await this.#place(task);
    const cwd = worktreePath ?? task.cwd;
    if (work.kind === 'none') throw new WaggleError('badRequest', 'This task does nothing itself.');
    const shared = {
      ...{ taskId: task.id, cwd, name: nameOf(task) },
      ...{ environment: this.#environmentOf(task), key: keyOf(run) },
    };
    const nothing = { tokens: 0, dollars: 0 };
    if (work.kind === 'command') {
      const sessionId = await this.#context.sessions.openCommand(
        { ...shared, command: work.command },
        principalOf(task),
      );
      return { sessionId, worktreePath, turnsBefore: null, usedBefore: nothing };
    }
    const { chats } = this.#context;
    const { agent, model, away } = work;
    const known = run.resumes === null ? undefined : chats.look(run.resumes);
    const sessionId =
      known === undefined || run.resumes === null
        ? await chats.open({ ...shared, agent, model, away }, principalOf(task))
        : run.resumes;
    const { tokens = 0, dollars = null, turns = 0 } = chats.look(sessionId) ?? {};
    return {
      ...{ sessionId, worktreePath, turnsBefore: turns },
      usedBefore: { tokens, dollars: dollars ?? 0 },
    };
  }

  /** Hands a prompt to the agent; saying it once more changes nothing. */
  async say(task: KeptTask, run: KeptRun): Promise<void> {
    const { work } = task;
    if (work.kind !== 'prompt' || run.sessionId === null) return;
    const { chats } = this.#context;
    const look = chats.look(run.sessionId);
    // What was said already is not taken back.
    const isSaid = look !== undefined && (look.isQueued || look.turns > (run.turnsBefore ?? 0));
    if (!isSaid) await refuseChangedFile(task);
    const isAnew = run.feedback !== null && run.resumes !== run.sessionId;
    const feedback = run.feedback ?? '';
    const text =
      run.feedback === null ? work.prompt : isAnew ? `${work.prompt}\n\n${feedback}` : feedback;
    const said = { messageId: run.id, text, away: work.away };
    await chats.say(
      run.sessionId,
      { ...said, environment: this.#environmentOf(task) },
      principalOf(task),
    );
  }

  /** The program that says whether it is good enough. */
  async beginCheck(task: KeptTask, run: KeptRun, command: readonly string[]): Promise<SessionId> {
    await refuseChangedFile(task);
    return this.#context.sessions.openCommand(
      {
        ...{ taskId: task.id, command, key: `check-${run.id}` },
        cwd: task.worktreePath ?? task.cwd,
        name: `Check: ${nameOf(task)}`.slice(0, 128),
        environment: this.#environmentOf(task),
      },
      principalOf(task),
    );
  }

  /** The session that a run began before this daemon; undefined: none. */
  findBegun(run: KeptRun): SessionId | undefined {
    return run.sessionId ?? this.#context.sessions.findByKey(keyOf(run));
  }

  /** Undefined: it still runs. */
  endOf(task: KeptTask, run: KeptRun): Ended | undefined {
    const { sessionId } = run;
    if (sessionId === null) return undefined;
    return task.work.kind === 'prompt' && run.turnsBefore !== null
      ? endOfChat(this.#context.chats.look(sessionId), run.turnsBefore)
      : this.#endOfCommand(sessionId);
  }

  /** The agent has its prompt. */
  isDelivered({ sessionId, turnsBefore }: KeptRun): boolean {
    const look = sessionId === null ? undefined : this.#context.chats.look(sessionId);
    return look !== undefined && look.turns > (turnsBefore ?? 0) && (look.isHeard || !look.isTurn);
  }

  costOf({ sessionId, usedBefore, turnsBefore }: KeptRun): KeptRun['cost'] {
    const isChat = sessionId !== null && turnsBefore !== null;
    const look = isChat ? this.#context.chats.look(sessionId) : undefined;
    if (look === undefined) return null;
    return {
      tokens: Math.max(0, look.tokens - usedBefore.tokens),
      dollars: look.dollars === null ? null : Math.max(0, look.dollars - usedBefore.dollars),
    };
  }

  /** How a check came out; undefined: it still runs. */
  endOfCheck(
    sessionId: SessionId,
  ): { readonly isGood: boolean; readonly said: string } | undefined {
    const end = this.#context.sessions.endOf(sessionId);
    if (end === undefined) return undefined;
    const isGood = end.how === 'exited' && end.code === 0;
    return { isGood, said: end.how === 'exited' ? `exited ${end.code ?? '?'}` : end.how };
  }

  /** The end of what it printed, for the agent. */
  async feedbackOf(sessionId: SessionId, command: readonly string[]): Promise<string> {
    const text = (await this.#context.sessions.readText(sessionId)).join('\n');
    const shown = text.slice(-feedbackMaxChars);
    return `The check \`${command.join(' ')}\` did not pass. It printed:\n\n${shown}\n\nGo on until it passes.`;
  }

  async readOutput(task: KeptTask, run: KeptRun): Promise<KeptOutput | undefined> {
    if (run.sessionId === null) return undefined;
    const { chats, sessions } = this.#context;
    const isChat = task.work.kind === 'prompt' && run.turnsBefore !== null;
    const lines = await (isChat ? chats : sessions).readText(run.sessionId);
    const text = lines.join('\n');
    return {
      runId: run.id,
      output: text.slice(-outputMaxChars),
      isTail: text.length > outputMaxChars,
    };
  }

  /** Ends everything of it. Resolves when it is gone. */
  async kill({ sessionId, checkSessionId }: KeptRun): Promise<void> {
    const ids = [sessionId, checkSessionId].filter((id) => id !== null);
    await Promise.all(ids.map((id) => this.#context.sessions.kill(id)));
  }

  async rest(task: KeptTask, { sessionId }: KeptRun): Promise<void> {
    if (task.work.kind === 'prompt' && sessionId !== null)
      await this.#context.chats.rest(sessionId);
  }

  async #place(task: KeptTask): Promise<string | null> {
    await refuseChangedFile(task);
    const folder = await resolveFolder(task.cwd);
    const trust = this.#context.workspaces.trustOf(folder);
    const isOfFile = task.source.kind === 'file';
    if (trust === 'distrusted' || (isOfFile && trust !== 'trusted'))
      throw new WaggleError('untrusted', 'Its folder is not trusted any more.', {
        fix: 'Trust the folder first ("Manage Workspace Trust" in the editor), then try again.',
        details: { root: folder },
      });
    const needsOwn = task.work.kind === 'prompt' && task.work.away === 'editInWorktree';
    if (!task.worktree && !needsOwn) return null;
    return ensureWorktree(this.#context.worktreeDirectory, task);
  }

  #environmentOf({ environment }: KeptTask): Record<string, string> {
    return { ...this.#context.sessions.environment(), ...environment };
  }

  #endOfCommand(sessionId: SessionId): Ended | undefined {
    const end = this.#context.sessions.endOf(sessionId);
    if (end === undefined) return undefined;
    const { how, code, signal, reason } = end;
    if (how === 'lost') return { outcome: 'lost', reason: reason ?? 'Its process was lost.' };
    if (how === 'killed') return { outcome: 'cancelled', reason: 'Its session was ended.' };
    const seen = { exitCode: code, signal };
    if (code === 0) return { outcome: 'succeeded', reason: null, ...seen };
    const said = code === null ? `It was ended by ${signal ?? 'a signal'}.` : `It exited ${code}.`;
    return { outcome: 'failed', reason: said, ...seen };
  }
}

/** What a person enabled is what runs, and nothing that was written since. */
async function refuseChangedFile({ source, file }: KeptTask): Promise<void> {
  if (source.kind !== 'file') return;
  const hash = await hashOfFile(source.path);
  if (hash !== undefined && hash === file?.enabledHash && hash === file.hash) return;
  throw new WaggleError('conflict', 'Its file has changed since it was enabled.', {
    fix: 'Look at it and enable it again.',
  });
}

function endOfChat(look: ChatLook | undefined, turnsBefore: number): Ended | undefined {
  if (look === undefined) return { outcome: 'lost', reason: 'Its chat was deleted.' };
  const { isTurn, isQueued, paused, lastEnd, turns } = look;
  if (isTurn) return undefined;
  if (isQueued) {
    if (paused === null) return undefined;
    return { outcome: 'failed', reason: toPlainLine(paused, 1000) };
  }
  if (turns <= turnsBefore || look.background > 0 || lastEnd === null) return undefined;
  const reason = lastEnd.reason === '' ? null : toPlainLine(lastEnd.reason, 1000);
  switch (lastEnd.outcome) {
    case 'completed':
      return { outcome: 'succeeded', reason: null };
    case 'failed':
      return lastEnd.limitResetsAt === undefined
        ? { outcome: 'failed', reason }
        : { outcome: 'limited', reason, retryAt: lastEnd.limitResetsAt };
    case 'interrupted':
      return { outcome: 'cancelled', reason: reason ?? 'Its turn was interrupted.' };
    case 'cut':
      return { outcome: 'lost', reason };
  }
}

function keyOf({ id }: KeptRun): string {
  return `run-${id}`;
}

function nameOf({ title }: KeptTask): string {
  return toPlainLine(title, 100) || 'Task';
}

/** Who made the task, with no more than a person's right: and only what stands in it is run. */
export function principalOf({ by }: KeptTask): Principal {
  return { id: by, kind: 'owner', right: 'person' };
}
