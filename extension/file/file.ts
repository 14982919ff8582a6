/**
 * Files that agents changed, in this window: against how they were when the session began, in the editor's own diff, and
 * back to before a turn. What is kept, and what may be put back, is the daemon's to say.
 */
import * as vscode from 'vscode';
import type { ChangedFile } from '../../protocol/file/file.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { toPickLabel, translate as t } from '../editor/editor.ts';
import { chooseSession, nameOf } from '../session/session.ts';
import type { FileOptions } from './fileOptions.ts';
import { KeptFiles } from './keptFiles.ts';
import { readTurn } from './readTurn.ts';
import { restoreFiles, undoLast } from './restoring.ts';

export interface FileFeature extends Disposable {
  readonly commands: CommandHandlers<'showChanges' | 'restoreFiles' | 'undoRestore'>;
}

/** More are chosen from a list: the editor would open a diff for each. */
const diffsMax = 200;

export function createFileFeature(options: FileOptions): FileFeature {
  const files = new KeptFiles(options.connection);
  const choose = (argument: unknown, placeHolder: string): Promise<Session | undefined> =>
    chooseSession(options, argument, { placeHolder, among: isAgent });
  return {
    commands: {
      async showChanges(argument) {
        const session = await choose(argument, t('Show what which session changed?'));
        if (session !== undefined)
          await showChanges(options, { files, session, turn: readTurn(argument) });
      },
      async restoreFiles(argument) {
        const session = await choose(argument, t('Restore files of which session?'));
        if (session !== undefined)
          await restoreFiles(options, { session, turn: readTurn(argument) });
      },
      async undoRestore(argument) {
        const session = await choose(argument, t('Undo the restore of which session?'));
        if (session !== undefined) await undoLast(options, session);
      },
    },
    dispose: () => files.dispose(),
  };
}

function isAgent({ agent }: Session): boolean {
  return agent !== 'shell' && agent !== 'command';
}

interface Shown {
  readonly files: KeptFiles;
  readonly session: Session;
  /** What that turn changed; else everything since the start. */
  readonly turn: number | undefined;
}

async function showChanges({ connection }: FileOptions, shown: Shown): Promise<void> {
  const { files, session, turn } = shown;
  const moments =
    turn === undefined
      ? ({ from: 'start', to: 'now' } as const)
      : ({ from: { turn, side: 'before' }, to: { turn, side: 'after' } } as const);
  const asked = connection.call('file/listChanged', { sessionId: session.id, ...moments });
  const listed = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: t('Comparing files…') },
    () => asked,
  );
  const name = nameOf(session);
  if (listed.files.length === 0) {
    await vscode.window.showInformationMessage(t("'{0}' changed no files.", name));
    return;
  }
  const sidesOf = (file: ChangedFile): Sides => {
    const target = vscode.Uri.joinPath(vscode.Uri.file(listed.root), file.path);
    const at = (moment: typeof moments.from | typeof moments.to): vscode.Uri =>
      files.uriOf({ sessionId: session.id, path: file.path, target, at: moment });
    const left = file.change === 'added' ? undefined : at(moments.from);
    const right = moments.to === 'now' ? target : at(moments.to);
    return { target, left, right: file.change === 'removed' ? undefined : right };
  };
  if (listed.files.length > diffsMax || listed.isPartial)
    return pickOne(files, listed.files, sidesOf);
  const title =
    turn === undefined ? t('Changes of {0}', name) : t('Changes of {0} in turn {1}', name, turn);
  const all = listed.files.map((file) => {
    const { target, left, right } = sidesOf(file);
    return [target, left, right];
  });
  await vscode.commands.executeCommand('vscode.changes', title, all);
}

interface Sides {
  readonly target: vscode.Uri;
  readonly left: vscode.Uri | undefined;
  readonly right: vscode.Uri | undefined;
}

async function pickOne(
  files: KeptFiles,
  changed: readonly ChangedFile[],
  sidesOf: (file: ChangedFile) => Sides,
): Promise<void> {
  const placeHolder = t('{0} files changed. Compare which?', changed.length);
  const rows = changed.map((file) => ({
    file,
    label: toPickLabel(file.path),
    iconPath: new vscode.ThemeIcon(icons[file.change]),
  }));
  const chosen = await vscode.window.showQuickPick(rows, { placeHolder });
  if (chosen === undefined) return;
  const { left, right } = sidesOf(chosen.file);
  const title = chosen.file.path;
  await vscode.commands.executeCommand(
    'vscode.diff',
    left ?? files.nothing,
    right ?? files.nothing,
    title,
  );
}

const icons = { added: 'diff-added', changed: 'diff-modified', removed: 'diff-removed' } as const;
