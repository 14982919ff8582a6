/** Memory that goes out into files: all of it as Markdown, or the shared notes in a marked section of a file of instructions. */
import * as vscode from 'vscode';
import { basename, join } from 'node:path';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { translate as t } from '../editor/editor.ts';
import { whileLooking } from './imports.ts';
import { listFolders } from './library.ts';
import type { MemoryParts } from './parts.ts';

const instructionFiles = [
  { file: 'AGENTS.md', readers: 'Codex, opencode, Cursor, Gemini CLI' },
  { file: 'CLAUDE.md', readers: 'Claude Code' },
  { file: 'GEMINI.md', readers: 'Gemini CLI' },
] as const;

/** Of this window's repository, or everything; the file that comes of it can be imported again. */
export async function exportMemory(parts: MemoryParts): Promise<void> {
  const place = await chooseExported(parts);
  if (place === undefined) return;
  const [folder = ''] = listFolders();
  const target = await vscode.window.showSaveDialog({
    title: t('Export Memory as Markdown'),
    saveLabel: t('Export'),
    defaultUri: vscode.Uri.file(join(folder, 'memory.md')),
    filters: { [t('Markdown')]: ['md'] },
  });
  if (target === undefined) return;
  const pages = await whileLooking(t('Exporting…'), readPages(parts, place));
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(pages.join('\n')));
  const open = t('Open');
  const said = t('Memory is exported to {0}.', basename(target.fsPath));
  const chosen = await vscode.window.showInformationMessage(said, open);
  if (chosen === open) await vscode.window.showTextDocument(target);
}

type ExportPlace = { readonly workspaceId?: string };

async function chooseExported({ library }: MemoryParts): Promise<ExportPlace | undefined> {
  const workspaces = await library.findWorkspaces();
  if (workspaces.length === 0) return {};
  const rows = [
    ...workspaces.map(({ id, name }) => ({
      place: { workspaceId: id as string } as ExportPlace,
      label: name,
      description: t('notes and facts of this repository'),
      iconPath: new vscode.ThemeIcon('repo'),
    })),
    {
      place: {} as ExportPlace,
      label: t('Everything'),
      description: t('all repositories, and what holds everywhere'),
      iconPath: new vscode.ThemeIcon('globe'),
    },
  ];
  return (await vscode.window.showQuickPick(rows, { placeHolder: t('Export what?') }))?.place;
}

async function readPages({ connection }: MemoryParts, place: ExportPlace): Promise<string[]> {
  const pages: string[] = [];
  let after: string | undefined;
  do {
    const asked = { place, ...(after === undefined ? {} : { after }) };
    const { markdown, next } = await connection.call('memory/export', asked);
    pages.push(markdown);
    after = next ?? undefined;
  } while (after !== undefined);
  return pages;
}

/** Shows the change beside the file as it is; nothing is written before the person says so. */
export async function writeNotes(parts: MemoryParts): Promise<void> {
  const [folder] = listFolders();
  if (folder === undefined) {
    const fix = t('Open the folder whose notes are to be written.');
    throw new WaggleError('directoryMissing', t('No folder is open.'), { fix });
  }
  const chosen = await chooseFile(parts, folder);
  if (chosen === undefined) return;
  const asked = { place: { folder }, file: chosen.file, remove: chosen.remove };
  const planned = await parts.connection.call('memory/writeSection', asked);
  if (planned.before === planned.after || (planned.before === null && planned.after === '')) {
    await vscode.window.showInformationMessage(t('{0} needs no change.', chosen.file));
    return;
  }
  const isWanted = await confirm(parts, planned, chosen.remove);
  await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  if (!isWanted) return;
  await parts.connection.call('memory/writeSection', { ...asked, preview: false });
  await vscode.window.showTextDocument(vscode.Uri.file(planned.path));
}

interface FilePick extends vscode.QuickPickItem {
  readonly file: (typeof instructionFiles)[number]['file'];
  readonly remove: boolean;
}

async function chooseFile(parts: MemoryParts, folder: string): Promise<FilePick | undefined> {
  const states = await Promise.all(
    instructionFiles.map(async ({ file, readers }) => {
      const asked = { place: { folder }, file, remove: true };
      const { before, after } = await parts.connection.call('memory/writeSection', asked);
      return {
        file,
        readers,
        exists: before !== null,
        isWritten: before !== null && before !== after,
      };
    }),
  );
  const rows = states.flatMap(({ file, readers, exists, isWritten }): FilePick[] => [
    {
      file,
      remove: false,
      label: isWritten
        ? t('Update {0}', file)
        : exists
          ? t('Add to {0}', file)
          : t('Make {0}', file),
      description: t('read by {0}', readers),
      iconPath: new vscode.ThemeIcon('markdown'),
    },
    ...(isWritten
      ? [
          {
            file,
            remove: true,
            label: t('Take Out of {0}', file),
            description: t('everything else in it stays'),
            iconPath: new vscode.ThemeIcon('trash'),
          },
        ]
      : []),
  ]);
  return vscode.window.showQuickPick(rows, {
    title: t('Write Shared Notes to a File'),
    placeHolder: t('For agents that Waggle does not start. You see the change first.'),
  });
}

async function confirm(
  { conflicts }: MemoryParts,
  { path, before, after }: { path: string; before: string | null; after: string },
  remove: boolean,
): Promise<boolean> {
  const name = basename(path);
  const title = t('{0} (now ↔ after)', name);
  await conflicts.compareTexts({ left: before ?? '', right: after, path, title });
  const rows = [
    { label: remove ? t('Take Them Out') : t('Write Them'), isYes: true },
    { label: t('Leave {0} as It Is', name), isYes: false },
  ];
  // Not a dialog: the change behind it is to be read first, and stays until somebody decides.
  const chosen = await vscode.window.showQuickPick(rows, {
    title: remove ? t('Take the notes out of {0}?', name) : t('Write the notes into {0}?', name),
    ignoreFocusOut: true,
  });
  return chosen?.isYes === true;
}
