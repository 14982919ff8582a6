import type {
  ChangedFile,
  RestoreConflict,
  RestorePlan,
  Restored,
} from '../../protocol/file/file.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { SessionRow } from '../session/session.ts';
import { createUuid } from '../uuid.ts';
import { changeOf, listDifferent, readEntries } from './comparing.ts';
import type { KeptStep } from './file.store.ts';
import type { Git } from './git.ts';
import type { Captured, Keeping } from './keeping.ts';
import type { PlannedFile, Step } from './planning.ts';
import { isSame, planFiles, planIdOf } from './planning.ts';
import { isFree, listLost, writeEntry } from './writing.ts';

interface Seen {
  readonly plan: RestorePlan;
  readonly files: readonly PlannedFile[];
  readonly captured: Captured;
}

/** Puts files back, and back again. Every call runs alone in its session; nothing is overwritten that was not looked at. */
export class Restoring {
  readonly #keeping: Keeping;

  constructor(keeping: Keeping) {
    this.#keeping = keeping;
  }

  /** @throws WaggleError `notFound` when nothing is kept of that turn, `conflict` while a turn runs. */
  async plan(row: SessionRow, turn: number): Promise<RestorePlan> {
    return (await this.#look(row, turn)).plan;
  }

  /** @throws WaggleError as `plan`, and `conflict` when the files are not as they were seen. */
  async restore(
    row: SessionRow,
    turn: number,
    { planId, overwrite }: { readonly planId: string; readonly overwrite: readonly string[] },
  ): Promise<Restored> {
    const { plan, files, captured } = await this.#look(row, turn);
    if (plan.planId !== planId)
      throw new WaggleError('conflict', 'The files changed meanwhile.', {
        fix: 'Look at what would be restored once more.',
      });
    const named = new Set(overwrite);
    const canBe = (path: string): boolean => {
      const conflict = plan.conflicts.find((one) => one.path === path);
      if (conflict === undefined) return true;
      const isPossible = conflict.reason !== 'lost' && conflict.reason !== 'inTheWay';
      return isPossible && named.has(path);
    };
    const chosen = files.filter(({ path }) => canBe(path));
    const targets = new Map(chosen.map(({ path, target }) => [path, target]));
    return this.#write(row, { captured, targets, turn, kind: 'restore' });
  }

  /** Resolves with what was put back, and what was left because it changed since. */
  async undo(
    row: SessionRow,
    restoreId: string,
  ): Promise<{ readonly restored: Restored; readonly left: string[] }> {
    const steps = await this.#keeping.steps(row.id);
    const step = steps.find((one) => one.kind === 'restore' && one.restoreId === restoreId);
    if (step === undefined || step.after === null)
      throw new WaggleError('notFound', 'There is no such restore.', {
        fix: `List them: waggle files turns ${row.id}`,
      });
    if (step.isUndone) throw new WaggleError('conflict', 'It was undone already.');
    const captured = await this.#keeping.capture(row);
    const { git, state } = captured;
    const [before, after, now] = await Promise.all(
      [step.before, step.after, state].map((one) => readEntries(git, one, step.files)),
    );
    const free = await listFree(git.root, step.files, now);
    const isOurs = (path: string): boolean =>
      isSame(now?.get(path), after?.get(path)) && free.has(path);
    const ours = step.files.filter(isOurs);
    const targets = new Map(ours.map((path) => [path, before?.get(path)]));
    const turn = step.turn ?? 1;
    const restored = await this.#write(row, { captured, targets, turn, kind: 'undo' });
    await this.#keeping.save({ ...step, isUndone: true });
    const left = step.files.filter((path) => !isOurs(path));
    return { restored: { ...restored, restoreId, isUndone: true }, left };
  }

  async #look(row: SessionRow, turn: number): Promise<Seen> {
    const reason = this.#keeping.whyNot(row);
    const steps = await this.#keeping.steps(row.id);
    const at = steps.findLastIndex((step) => step.kind === 'turn' && step.turn === turn);
    const first = steps[at];
    if (first === undefined)
      throw new WaggleError(
        'notFound',
        reason ?? 'Nothing is kept of the files before that turn.',
        {
          fix: `Turns that can be restored: waggle files turns ${row.id}`,
        },
      );
    if (steps.some((step) => step.after === null))
      throw new WaggleError('conflict', 'A turn still runs.', { fix: 'Interrupt it first.' });
    const captured = await this.#keeping.capture(row);
    const { git, state } = captured;
    const ours = steps.slice(at).filter((step) => step.kind !== 'start');
    const paths = [...new Set(ours.flatMap((step) => step.files))].toSorted();
    const walked = await Promise.all(ours.map((step) => this.#entriesOf(git, step, paths)));
    const now = await readEntries(git, state, paths);
    const planned = planFiles(walked, now, paths);
    const files = await withObstacles(git, planned);
    return { plan: toPlan(first.root, turn, files), files, captured };
  }

  async #entriesOf(git: Git, step: KeptStep, paths: readonly string[]): Promise<Step> {
    const after = step.after ?? step.before;
    const [from, to] = await Promise.all([
      readEntries(git, step.before, paths),
      readEntries(git, after, paths),
    ]);
    return { before: from, after: to };
  }

  async #write(
    row: SessionRow,
    wanted: {
      readonly captured: Captured;
      readonly targets: ReadonlyMap<string, string | undefined>;
      readonly turn: number;
      readonly kind: 'restore' | 'undo';
    },
  ): Promise<Restored> {
    const { captured, targets, turn, kind } = wanted;
    const { git, state } = captured;
    // Kept before the first byte is written: whatever happens, it can be undone.
    const about = { kind, turn, restoreId: createUuid(), files: [...targets.keys()] };
    const begun = await this.#keeping.add(row, {
      ...{ ...about, before: state, after: state },
      endedAt: null,
    });
    try {
      for (const [path, target] of targets) await writeEntry(git, path, target);
    } finally {
      const { state: after } = await this.#keeping.capture(row);
      const files = await listDifferent(git, state, after);
      const changed = files.filter((path) => targets.has(path));
      const endedAt = new Date().toISOString();
      await this.#keeping.save({ ...begun, after, files: changed, endedAt });
    }
    const { root, startedAt: at } = begun;
    const files = [...targets.keys()];
    return { restoreId: about.restoreId, turn, at, root, files, isUndone: false };
  }
}

async function listFree(
  root: string,
  paths: readonly string[],
  now: ReadonlyMap<string, string> | undefined,
): Promise<Set<string>> {
  const are = await Promise.all(paths.map((path) => isFree(root, path, now?.get(path))));
  return new Set(paths.filter((_path, at) => are[at]));
}

/** What is lost cannot come back, and what stands in the way is not ours. */
async function withObstacles(git: Git, files: readonly PlannedFile[]): Promise<PlannedFile[]> {
  const lost = await listLost(
    git,
    files.flatMap(({ target }) => target ?? []),
  );
  return Promise.all(
    files.map(async (file): Promise<PlannedFile> => {
      if (file.target !== undefined && lost.has(file.target)) return { ...file, conflict: 'lost' };
      return (await isFree(git.root, file.path, file.now))
        ? file
        : { ...file, conflict: 'inTheWay' };
    }),
  );
}

function toPlan(root: string, turn: number, all: readonly PlannedFile[]): RestorePlan {
  const conflicts = all.flatMap(({ path, conflict }): RestoreConflict[] =>
    conflict === undefined ? [] : [{ path, reason: conflict }],
  );
  const files = all
    .filter(({ conflict }) => conflict === undefined)
    .map(({ path, now, target }): ChangedFile => {
      return { path, change: changeOf(now, target), added: null, removed: null };
    });
  return { planId: planIdOf(turn, all), turn, root, files, conflicts };
}
