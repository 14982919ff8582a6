import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { FeatureContext } from '../context.ts';
import type { AllSessions, SessionRow } from '../session/session.ts';
import { Sequences } from '../session/session.ts';
import type { StoreProxy } from '../store/store.ts';
import type { Trust } from '../workspace/workspace.ts';
import { capture, openPlace } from './capturing.ts';
import { listDifferent } from './comparing.ts';
import type { fileStore, KeptStep } from './file.store.ts';
import type { Git, GitPlace } from './git.ts';
import type { FileState } from './state.ts';

export interface KeepingContext {
  readonly daemon: FeatureContext;
  readonly sessions: Pick<AllSessions, 'find'>;
  readonly workspaces: {
    worktreeOf(folder: string): string;
    trustOf(folder: string): Trust;
    isRepository(root: string): boolean;
  };
}

export interface Captured {
  readonly git: Git;
  readonly state: FileState;
}

/** Steps of a session that can be restored. */
const stepsMax = 500;

/** Keeps how the files of sessions were, before and after their turns. Never changes a file. */
export class Keeping {
  readonly store: StoreProxy<typeof fileStore>;
  readonly #context: KeepingContext;
  readonly #sequences = new Sequences();
  /** Why the last state of a session could not be kept. */
  readonly #failed = new Map<SessionId, string>();
  readonly #steps = new Map<SessionId, KeptStep[]>();

  constructor(context: KeepingContext) {
    this.#context = context;
    this.store = context.daemon.openStore<typeof fileStore>('file');
  }

  /** What is done with the files of one session is done one after the other. */
  inOrder<T>(id: SessionId, work: () => Promise<T>): Promise<T> {
    return this.#sequences.run(id, work);
  }

  settle(): Promise<void> {
    return this.#sequences.settle();
  }

  /** Why nothing is kept of a session; undefined when it is. */
  whyNot(row: SessionRow): string | undefined {
    return this.whyNever(row) ?? this.#failed.get(row.id);
  }

  /** Why it is not even tried. */
  whyNever(row: SessionRow): string | undefined {
    const { workspaces } = this.#context;
    if (row.private === true) return 'Nothing is kept of a private session.';
    if (row.agent === 'shell' || row.agent === 'command')
      return 'Files are kept of sessions with agents.';
    const root = workspaces.worktreeOf(row.cwd);
    if (!workspaces.isRepository(root)) return 'The session does not work in a git repository.';
    if (workspaces.trustOf(root) !== 'trusted') return 'The folder is not trusted.';
    return undefined;
  }

  async steps(id: SessionId): Promise<KeptStep[]> {
    const known = this.#steps.get(id) ?? (await this.store.list({ sessionId: id }));
    this.#steps.set(id, known);
    return known;
  }

  /** What was kept of a session, without looking at its files. @throws WaggleError as git does. */
  open(row: SessionRow): Promise<Git> {
    return openPlace(this.#placeOf(row.id, this.#context.workspaces.worktreeOf(row.cwd)));
  }

  /** How everything is now. @throws WaggleError as git does. */
  capture(row: SessionRow): Promise<Captured> {
    const root = this.#context.workspaces.worktreeOf(row.cwd);
    return capture(this.#placeOf(row.id, root));
  }

  /** The first state of a session, once. */
  async begin(row: SessionRow): Promise<void> {
    if ((await this.steps(row.id)).length > 0) return;
    const state = await this.#tryCapture(row);
    if (state === undefined) return;
    await this.#add(row, { kind: 'start', before: state, after: state, endedAt: this.#now() });
  }

  /** Before a turn. What was not over is over now. */
  async beginTurn(row: SessionRow, turn: number): Promise<void> {
    await this.begin(row);
    const steps = await this.steps(row.id);
    // Of a turn that was over there is another one now: it began in the conversation's other form.
    if (steps.some((step) => step.turn === turn && step.after === null)) return;
    const state = await this.#tryCapture(row);
    if (state === undefined) return;
    for (const step of steps) if (step.after === null) await this.#end(step, state);
    await this.#add(row, { kind: 'turn', turn, before: state, after: null, endedAt: null });
    await this.#trim(row.id);
  }

  async endTurn(row: SessionRow): Promise<void> {
    const running = (await this.steps(row.id)).find((step) => step.after === null);
    if (running === undefined) return;
    const state = await this.#tryCapture(row);
    if (state !== undefined) await this.#end(running, state);
  }

  async add(row: SessionRow, step: NewStep): Promise<KeptStep> {
    return this.#add(row, step);
  }

  async save(step: KeptStep): Promise<void> {
    await this.store.save(step);
    const steps = await this.steps(step.sessionId as SessionId);
    const at = steps.findIndex(({ number }) => number === step.number);
    if (at === -1) steps.push(step);
    else steps[at] = step;
  }

  /** Of a session that is being deleted nothing stays. */
  async remove(id: SessionId): Promise<void> {
    await this.inOrder(id, async () => {
      this.#failed.delete(id);
      const isKept = (await this.steps(id)).length > 0;
      this.#steps.delete(id);
      if (isKept) await this.store.remove({ sessionId: id });
      await rm(this.#folderOf(id), { recursive: true, force: true });
    });
  }

  async #end(step: KeptStep, after: FileState): Promise<void> {
    const git = await openPlace(this.#placeOf(step.sessionId, step.root));
    const files = await listDifferent(git, step.before, after);
    await this.save({ ...step, after, files, endedAt: this.#now() });
  }

  async #add(row: SessionRow, step: NewStep): Promise<KeptStep> {
    const steps = await this.steps(row.id);
    const kept: KeptStep = {
      ...{ sessionId: row.id, number: (steps.at(-1)?.number ?? 0) + 1, turn: null },
      ...{ restoreId: null, startedAt: this.#now(), files: [], isUndone: false },
      root: this.#context.workspaces.worktreeOf(row.cwd),
      ...step,
    };
    await this.save(kept);
    return kept;
  }

  async #trim(id: SessionId): Promise<void> {
    const steps = await this.steps(id);
    if (steps.length <= stepsMax) return;
    await this.store.trim({ sessionId: id, keep: stepsMax });
    this.#steps.delete(id);
  }

  /** A state that cannot be kept stops no agent: the reason is told to who wants to go back. */
  async #tryCapture(row: SessionRow): Promise<FileState | undefined> {
    this.#failed.delete(row.id);
    if (this.whyNot(row) !== undefined) return undefined;
    try {
      return (await this.capture(row)).state;
    } catch (error) {
      const reason = toPlainLine(errorMessageOf(error), 300);
      this.#failed.set(row.id, `The files could not be kept: ${reason}`);
      this.#context.daemon.log.warn('the files of a session were not kept', {
        sessionId: row.id,
        code: error instanceof WaggleError ? error.code : 'internal',
      });
      return undefined;
    }
  }

  #placeOf(id: string, root: string): GitPlace {
    const folder = this.#folderOf(id);
    return { root, objects: join(folder, 'objects'), index: join(folder, 'index') };
  }

  #folderOf(id: string): string {
    return join(this.#context.daemon.paths.filesDir, id);
  }

  #now(): string {
    return new Date(this.#context.daemon.clock.now()).toISOString();
  }
}

export type NewStep = Pick<KeptStep, 'kind' | 'before' | 'after' | 'endedAt'> &
  Partial<Pick<KeptStep, 'turn' | 'restoreId' | 'files'>>;
