import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../link/home/home.ts';
import type { file, FileMoment, Restored } from '../../protocol/file/file.ts';
import type { NounHandlers } from '../../protocol/protocol.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Caller } from '../feature.ts';
import type { AllSessions, SessionRow } from '../session/session.ts';
import { listChanges, readEntries } from './comparing.ts';
import type { KeptStep } from './file.store.ts';
import type { Captured, Keeping } from './keeping.ts';
import type { Restoring } from './restoring.ts';
import type { FileState } from './state.ts';
import { isFilePath } from './state.ts';
import { isReachable, readContent, readLink } from './writing.ts';

type Methods = (typeof file)['methods'];

interface Parts {
  readonly keeping: Keeping;
  readonly restoring: Restoring;
  readonly sessions: Pick<AllSessions, 'find'>;
}

const listedMax = 2000;
const contentMaxBytes = 8 * 1024 * 1024;

export function createHandlers(parts: Parts): NounHandlers<'file', Caller> {
  const { keeping, restoring } = parts;
  const inSession = <T>(id: SessionId, work: (row: SessionRow) => Promise<T>): Promise<T> => {
    const row = parts.sessions.find(id);
    if (row === undefined) throw new WaggleError('notFound', 'There is no such session.');
    return keeping.inOrder(id, () => work(row));
  };
  return {
    'file/listChanged': (params) =>
      inSession(params.sessionId, (row) => list(keeping, row, params)),
    'file/read': (params) => inSession(params.sessionId, (row) => read(keeping, row, params)),
    'file/listTurns': ({ sessionId, limit }) =>
      inSession(sessionId, (row) => listTurns(keeping, row, limit)),
    'file/planRestore': ({ sessionId, turn }) =>
      inSession(sessionId, async (row) => ({ plan: await restoring.plan(row, turn) })),
    'file/restore': ({ sessionId, turn, planId, overwrite }) =>
      inSession(sessionId, async (row) => ({
        restored: await restoring.restore(row, turn, { planId, overwrite }),
      })),
    'file/undoRestore': ({ sessionId, restoreId }) =>
      inSession(sessionId, (row) => restoring.undo(row, restoreId)),
  };
}

async function list(
  keeping: Keeping,
  row: SessionRow,
  { from, to }: ParamsOut<Methods['file/listChanged']>,
): Promise<ResultIn<Methods['file/listChanged']>> {
  const steps = await keeping.steps(row.id);
  refuseUnkept(keeping, row, steps);
  const captured = await keeping.capture(row);
  const { git } = captured;
  const [older, newer] = [from, to].map((moment) => stateAt(steps, moment, captured));
  const files = older && newer ? await listChanges(git, older, newer) : [];
  const isPartial = files.length > listedMax;
  return { root: git.root, files: files.slice(0, listedMax), isPartial };
}

async function read(
  keeping: Keeping,
  row: SessionRow,
  { path, at }: ParamsOut<Methods['file/read']>,
): Promise<{ data: string | null }> {
  if (!isFilePath(path)) throw new WaggleError('badRequest', 'That is no path in a worktree.');
  const steps = await keeping.steps(row.id);
  refuseUnkept(keeping, row, steps);
  const git = await keeping.open(row);
  const state = keptAt(steps, at);
  if (state === 'now') return readNow(git.root, path);
  const entries = await readEntries(git, state, [path]);
  const entry = entries.get(path);
  if (entry === undefined) return { data: null };
  return { data: toData(await readContent(git, path, entry)) };
}

async function readNow(root: string, path: string): Promise<{ data: string | null }> {
  const place = join(root, path);
  if (!(await isReachable(root, path))) return { data: null };
  const target = await readLink(place);
  if (target !== undefined) return { data: toData(Buffer.from(target)) };
  const facts = await lstat(place).catch(noneWhenMissing);
  if (facts?.isFile() !== true) return { data: null };
  refuseHuge(facts.size);
  return { data: toData(await readFile(place)) };
}

function toData(content: Buffer): string {
  refuseHuge(content.length);
  return content.toString('base64');
}

function refuseHuge(bytes: number): void {
  if (bytes > contentMaxBytes)
    throw new WaggleError('limitReached', 'The file is larger than 8 MiB.', {
      fix: 'Open it from the disk.',
    });
}

async function listTurns(
  keeping: Keeping,
  row: SessionRow,
  limit: number,
): Promise<ResultIn<Methods['file/listTurns']>> {
  const steps = await keeping.steps(row.id);
  const turns = steps
    .filter((step) => step.kind === 'turn')
    .map(({ turn, startedAt, endedAt, files }) => {
      return { turn: turn ?? 1, startedAt, endedAt, files: files.length };
    });
  const restores = steps.filter(({ kind }) => kind === 'restore').map(toRestored);
  return {
    turns: turns.toReversed().slice(0, limit),
    unkept: keeping.whyNot(row) ?? null,
    restores: restores.toReversed().slice(0, limit),
  };
}

function toRestored(step: KeptStep): Restored {
  const { restoreId, turn, startedAt: at, root, files, isUndone } = step;
  return { restoreId: restoreId ?? '', turn: turn ?? 1, at, root, files: [...files], isUndone };
}

function refuseUnkept(keeping: Keeping, row: SessionRow, steps: readonly KeptStep[]): void {
  const reason = keeping.whyNot(row);
  if (steps.length > 0 && reason === undefined) return;
  throw new WaggleError(
    'notFound',
    reason ?? 'Nothing is kept of its files: no agent was started in it since they are kept.',
  );
}

function stateAt(steps: readonly KeptStep[], moment: FileMoment, now: Captured): FileState {
  const kept = keptAt(steps, moment);
  return kept === 'now' ? now.state : kept;
}

/** @throws WaggleError `notFound`. */
function keptAt(steps: readonly KeptStep[], moment: FileMoment): FileState | 'now' {
  if (moment === 'now') return 'now';
  const step =
    moment === 'start'
      ? steps[0]
      : steps.findLast(({ kind, turn }) => kind === 'turn' && turn === moment.turn);
  if (step === undefined)
    throw new WaggleError('notFound', 'Nothing is kept of the files at that moment.');
  const isAfter = moment !== 'start' && moment.side === 'after';
  return isAfter ? (step.after ?? 'now') : step.before;
}

function noneWhenMissing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined;
  throw error;
}
