/** `waggle files restore`, `files undo`: files back to before a turn, and back again. */
import type { RestoreConflict, RestorePlan } from '../../protocol/file/file.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { findMeant, shellWord } from '../session/session.ts';
import { shownPath } from './looking.ts';

export interface RestoreOptions {
  readonly reference: string;
  readonly turn: string;
  /** Put back although somebody else changed them. */
  readonly overwrite: readonly string[];
  /** Else only what would be done is shown. */
  readonly yes: boolean;
}

const reasons: Readonly<Record<RestoreConflict['reason'], string>> = {
  changedSince: 'changed since, not by this session',
  changedBetween: 'changed between its turns, not by this session',
  lost: 'what stood in it is lost',
  inTheWay: 'something else stands there',
};

export async function restoreFiles(
  context: CommandContext,
  { reference, turn: typed, overwrite, yes }: RestoreOptions,
): Promise<number> {
  const turn = Number(typed);
  if (!Number.isSafeInteger(turn) || turn < 1)
    throw new CommandError('usage', 'A turn is a number.', 'waggle files turns <session>');
  const { link, session } = await findMeant(context, reference);
  const about = { sessionId: session.id, turn };
  const { plan } = await link.call('file/planRestore', about);
  const { output } = context;
  const name = shellWord(session.name);
  if (!yes) {
    output.result({ plan }, () => describePlan(plan));
    if (plan.files.length + plan.conflicts.length > 0)
      output.note(`Nothing was done. waggle files restore ${name} ${turn} --yes does it.`);
    return exitCodes.ok;
  }
  const wanted = { ...about, planId: plan.planId, overwrite: [...overwrite] };
  const { restored } = await link.call('file/restore', wanted);
  output.result({ restored }, () => [
    `Restored ${restored.files.length} files to before turn ${turn}.`,
    ...restored.files.map((path) => `  ${shownPath({ path })}`),
  ]);
  const left = plan.conflicts.filter(({ path }) => !restored.files.includes(path));
  for (const conflict of left) output.note(`Left: ${conflictText(conflict)}`);
  output.hint(`waggle files undo ${name} ${restored.restoreId} takes it back`);
  return exitCodes.ok;
}

export async function undoRestore(
  context: CommandContext,
  { reference, restoreId }: { readonly reference: string; readonly restoreId: string },
): Promise<number> {
  const { link, session } = await findMeant(context, reference);
  const told = await link.call('file/undoRestore', { sessionId: session.id, restoreId });
  context.output.result(told, () => [`Took back ${told.restored.files.length} files.`]);
  for (const path of told.left) context.output.note(`Left, changed since: ${shownPath({ path })}`);
  return exitCodes.ok;
}

const verbs = { added: 'bring back', changed: 'put back', removed: 'remove' } as const;

function describePlan({ files, conflicts, turn }: RestorePlan): string[] {
  if (files.length + conflicts.length === 0) return [`All is as it was before turn ${turn}.`];
  return [
    ...files.map((file) => `${verbs[file.change]} ${shownPath(file)}`),
    ...conflicts.map((conflict) => `leave ${conflictText(conflict)}`),
    ...(conflicts.some(({ reason }) => reason !== 'lost' && reason !== 'inTheWay')
      ? ['--overwrite <path> puts one back all the same']
      : []),
  ];
}

function conflictText({ path, reason }: RestoreConflict): string {
  return `${toPlainLine(path, 400)}: ${reasons[reason]}`;
}
