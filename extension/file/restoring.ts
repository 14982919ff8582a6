/** "Restore Files to Before This Turn": what would happen is shown first; what others changed stays unless it is ticked. */
import * as vscode from 'vscode';
import type { RestoreConflict, RestorePlan } from '../../protocol/file/file.ts';
import type { Session } from '../../protocol/session/session.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { describeAge } from '../clock.ts';
import { showFailure, toMessage, toPickLabel, translate as t } from '../editor/editor.ts';
import { nameOf } from '../session/session.ts';
import type { FileOptions } from './fileOptions.ts';

type Options = Pick<FileOptions, 'connection'>;

interface Asked {
  readonly session: Session;
  /** Undefined: the person chooses. */
  readonly turn: number | undefined;
}

export async function restoreFiles(options: Options, { session, turn }: Asked): Promise<void> {
  const { connection } = options;
  const meant = turn ?? (await pickTurn(options, session));
  if (meant === undefined) return;
  const about = { sessionId: session.id, turn: meant };
  const { plan } = await connection.call('file/planRestore', about);
  if (plan.files.length + plan.conflicts.length === 0) {
    await vscode.window.showInformationMessage(t('All files are as they were before that turn.'));
    return;
  }
  refuseUnsaved(plan);
  const chosen = await pickFiles(plan);
  if (chosen === undefined) return;
  const { restored } = await connection.call('file/restore', {
    ...{ ...about, planId: plan.planId, overwrite: chosen },
  });
  const { length } = restored.files;
  const undo = t('Undo');
  const said =
    length === 1
      ? t('1 file is as it was before the turn.')
      : t('{0} files are as they were before the turn.', length);
  const offer = async (): Promise<void> => {
    const answer = await vscode.window.showInformationMessage(said, undo);
    if (answer === undo) await undoRestore(options, session, restored.restoreId);
  };
  offer().catch(showFailure);
}

/** The latest that was not undone. */
export async function undoLast(options: Options, session: Session): Promise<void> {
  const listed = await options.connection.call('file/listTurns', { sessionId: session.id });
  const last = listed.restores.find(({ isUndone }) => !isUndone);
  if (last !== undefined) return undoRestore(options, session, last.restoreId);
  const name = nameOf(session);
  await vscode.window.showInformationMessage(t("Nothing was restored in '{0}'.", name));
}

async function undoRestore(
  { connection }: Options,
  session: Session,
  restoreId: string,
): Promise<void> {
  const about = { sessionId: session.id, restoreId };
  const { restored, left } = await connection.call('file/undoRestore', about);
  const said = t('{0} files are as they were before the restore.', restored.files.length);
  if (left.length === 0) {
    vscode.window.setStatusBarMessage(said, 4000);
    return;
  }
  const stays = t('Changed since, and left: {0}', left.join(', '));
  await vscode.window.showWarningMessage(toMessage(`${said} ${stays}`));
}

async function pickTurn({ connection }: Options, session: Session): Promise<number | undefined> {
  const { turns, unkept } = await connection.call('file/listTurns', { sessionId: session.id });
  if (turns.length === 0) {
    const name = nameOf(session);
    const none = t("'{0}' has no turn whose files could be restored.", name);
    throw new WaggleError('notFound', unkept === null ? none : `${none} ${unkept}`);
  }
  const nowMs = Date.now();
  const rows = turns.map(({ turn, startedAt, files }) => ({
    turn,
    label: t('Before turn {0}', turn),
    description: describeAge(startedAt, nowMs, t),
    detail: files === 1 ? t('1 file changed') : t('{0} files changed', files),
  }));
  const placeHolder = t('Restore files to before which turn? Later turns are taken back too.');
  return (await vscode.window.showQuickPick(rows, { placeHolder }))?.turn;
}

/** What stands in an editor and not on the disk would come back over what was restored. */
function refuseUnsaved({ files, root }: RestorePlan): void {
  const paths = new Set(
    files.map(({ path }) => vscode.Uri.joinPath(vscode.Uri.file(root), path).fsPath),
  );
  const unsaved = vscode.workspace.textDocuments.find(
    ({ uri, isDirty }) => isDirty && paths.has(uri.fsPath),
  );
  if (unsaved === undefined) return;
  const name = vscode.workspace.asRelativePath(unsaved.uri);
  throw new WaggleError('conflict', t('{0} has changes that are not saved.', name), {
    fix: t('Save or revert it first.'),
  });
}

interface FilePick extends vscode.QuickPickItem {
  readonly path?: string;
}

/** The conflicts that are to be overwritten; undefined when the person turned away. Files without one are always restored. */
async function pickFiles({ files, conflicts, turn }: RestorePlan): Promise<string[] | undefined> {
  const open = conflicts.filter(({ reason }) => reason !== 'lost' && reason !== 'inTheWay');
  const fixed = conflicts.filter((conflict) => !open.includes(conflict));
  const names = files.map(({ path, change }) => `${marks[change]} ${path}`);
  if (open.length === 0) {
    const restore = t('Restore');
    const shown = names.slice(0, 20);
    const more =
      names.length > shown.length ? [t('… and {0} more', names.length - shown.length)] : [];
    const stay = fixed.map((conflict) => t('stays: {0}', describe(conflict)));
    const detail = [...shown, ...more, ...stay].join('\n');
    const title = t('Restore files to before turn {0}?', turn);
    const options = { modal: true, detail };
    if (files.length === 0) {
      await vscode.window.showInformationMessage(t('Nothing can be restored.'), options);
      return undefined;
    }
    const chosen = await vscode.window.showInformationMessage(title, options, restore);
    return chosen === restore ? [] : undefined;
  }
  const rows: FilePick[] = [
    { label: t('Changed by somebody else: tick to overwrite'), kind: separator },
    ...open.map((conflict) => ({
      path: conflict.path,
      label: toPickLabel(conflict.path),
      description: reasonOf(conflict),
    })),
  ];
  const title = t('Restore Files to Before Turn {0}', turn);
  const placeHolder =
    files.length === 1
      ? t('1 file is restored; what you tick is overwritten too')
      : t('{0} files are restored; what you tick is overwritten too', files.length);
  const chosen = await vscode.window.showQuickPick(rows, { title, placeHolder, canPickMany: true });
  return chosen?.flatMap(({ path }) => path ?? []);
}

const separator = vscode.QuickPickItemKind.Separator;
const marks = { added: '+', changed: '~', removed: '−' } as const;

function describe(conflict: RestoreConflict): string {
  return `${conflict.path} (${reasonOf(conflict)})`;
}

function reasonOf({ reason }: RestoreConflict): string {
  switch (reason) {
    case 'changedSince':
      return t('changed since');
    case 'changedBetween':
      return t('changed between turns');
    case 'lost':
      return t('what stood in it is lost');
    case 'inTheWay':
      return t('something else stands there');
  }
}
