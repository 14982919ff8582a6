/** The commands about notes: each takes a row, an id, or asks. */
import * as vscode from 'vscode';
import type { Block, BlockOwner } from '../../protocol/memory/memory.ts';
import { blockLimits } from '../../protocol/memory/memory.ts';
import { blockLabelSchema } from '../../protocol/memory/block.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { describeAge } from '../clock.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { toPickLabel, translate as t } from '../editor/editor.ts';
import { describeNote, nameSource } from './factRow.ts';
import { noteAddress } from './memoryUri.ts';
import { listFolders } from './library.ts';
import { readBlockId } from './memoryNode.ts';
import type { MemoryParts } from './parts.ts';
import { describePrompt } from './promptText.ts';
import { madeRoles } from './shelf.ts';
import { tellDone } from './undo.ts';

type NoteCommandName = 'openNote' | 'changeNote' | 'noteHistory' | 'removeNote' | 'showPrompt';

export function createNoteCommands(parts: MemoryParts): CommandHandlers<NoteCommandName> {
  const on =
    (placeHolder: string, act: (block: Block) => Promise<void>) =>
    async (argument?: unknown): Promise<void> => {
      const block = await chooseNote(parts, argument, placeHolder);
      if (block !== undefined) await act(block);
    };
  return {
    openNote: on(t('Open which note?'), (block) => openNote(parts, block)),
    changeNote: on(t('Change which note?'), (block) => changeNote(parts, block)),
    noteHistory: on(t('Show the history of which note?'), (block) => showHistory(parts, block)),
    showPrompt: () => showPrompt(parts),
    removeNote: on(t('Remove which note?'), (block) => removeNote(parts, block)),
  };
}

export async function openNote({ library }: MemoryParts, block: Block): Promise<void> {
  const uri = vscode.Uri.from(noteAddress(block, nameOwner(block.owner, library)));
  await vscode.window.showTextDocument(uri, { preview: true });
}

/** A name, then the note is open and can be written. */
export async function addNote(parts: MemoryParts): Promise<void> {
  const { connection, library } = parts;
  const owner = await chooseOwner(parts);
  if (owner === undefined) return;
  const taken = library.shelf.blocks
    .filter((block) => JSON.stringify(block.owner) === JSON.stringify(owner))
    .map(({ label }) => label.toLowerCase());
  const label = await askForLabel('', taken);
  if (label === undefined) return;
  const description = await vscode.window.showInputBox({
    title: t('What Belongs in It?'),
    prompt: t('One sentence. Agents read it, and write there what fits. It may stay empty.'),
    placeHolder: t('How we name, test and release things here'),
  });
  if (description === undefined) return;
  const { block } = await connection.call('memory/createBlock', { owner, label, description });
  await openNote(parts, block);
}

export async function chooseNote(
  { connection, library }: Pick<MemoryParts, 'connection' | 'library'>,
  argument: unknown,
  placeHolder: string,
): Promise<Block | undefined> {
  const id = readBlockId(argument);
  if (id !== undefined)
    return (await connection.call('memory/getBlock', { block: { blockId: id } })).block;
  const { blocks } = await connection.call('memory/listBlocks', {});
  if (blocks.length === 0) {
    await vscode.window.showInformationMessage(t('There are no notes yet.'));
    return undefined;
  }
  const rows = blocks.map((block) => {
    const words = describeNote(block, { nowMs: Date.now(), t });
    const owner = nameOwner(block.owner, library);
    const description = [owner, words.description].filter(Boolean).join(' · ');
    const iconPath = new vscode.ThemeIcon(words.icon);
    return {
      block,
      iconPath,
      label: toPickLabel(words.label),
      description: toPickLabel(description),
    };
  });
  const options = { placeHolder, matchOnDescription: true };
  return (await vscode.window.showQuickPick(rows, options))?.block;
}

/** Of a repository, or of a role once there is a second one. */
async function chooseOwner(parts: MemoryParts): Promise<BlockOwner | undefined> {
  const { library } = parts;
  const workspaces = await library.findWorkspaces();
  const owners = [
    ...workspaces.map(({ id, name }) => ({
      owner: { kind: 'workspace', workspaceId: id } as const,
      label: toPickLabel(toPlainLine(name, 60)),
      description: t('in the prompt of every agent that works in this repository'),
      iconPath: new vscode.ThemeIcon('repo'),
    })),
    ...madeRoles(library.shelf.roles).map(({ id, name }) => ({
      owner: { kind: 'role', roleId: id } as const,
      label: toPickLabel(toPlainLine(name, 80)),
      description: t('in the prompt of this role, wherever it works'),
      iconPath: new vscode.ThemeIcon('person'),
    })),
  ];
  const [only] = owners;
  if (only === undefined) {
    const fix = t('Open a folder, then add the note again.');
    throw new WaggleError('directoryMissing', t('A note belongs to a repository.'), { fix });
  }
  if (owners.length === 1) return only.owner;
  const placeHolder = t('In whose prompt does it stand?');
  return (await vscode.window.showQuickPick(owners, { placeHolder }))?.owner;
}

function askForLabel(value: string, taken: readonly string[]): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: value === '' ? t('New Note') : t('Rename Note'),
    prompt: t('A short name, such as “conventions”.'),
    value,
    validateInput(typed) {
      if (typed.trim() === '') return undefined;
      if (!blockLabelSchema.safeParse(typed).success)
        return t('At most 40 letters, digits, spaces, dots, hyphens and underscores.');
      const isTaken = taken.includes(typed.trim().toLowerCase());
      return isTaken ? t('There is a note of that name already.') : undefined;
    },
  });
}

async function changeNote({ connection }: MemoryParts, block: Block): Promise<void> {
  const name = toPickLabel(toPlainLine(block.label, 40));
  const rows = [
    { key: 'label', label: t('Name'), description: name },
    {
      key: 'description',
      label: t('What Belongs in It'),
      description: toPickLabel(toPlainLine(block.description, 80)),
    },
    {
      key: 'limit',
      label: t('Limit'),
      description: t('{0} characters', block.limit.toLocaleString()),
    },
  ] as const;
  const chosen = await vscode.window.showQuickPick(rows, {
    title: t('Change ‘{0}’', toPlainLine(block.label, 40)),
    placeHolder: t('What is to be changed?'),
  });
  if (chosen === undefined) return;
  const change = await askForChange(block, chosen.key);
  if (change === undefined) return;
  const asked = { blockId: block.id, ...change };
  const { changeId } = await connection.call('memory/changeBlock', asked);
  tellDone(connection, t("'{0}' is changed.", toPlainLine(block.label, 40)), changeId);
}

type NoteChange = { label: string } | { description: string } | { limit: number };

async function askForChange(
  block: Block,
  key: 'label' | 'description' | 'limit',
): Promise<NoteChange | undefined> {
  if (key === 'label') {
    const label = await askForLabel(block.label, []);
    return label === undefined || label.trim() === '' ? undefined : { label };
  }
  if (key === 'description') {
    const description = await vscode.window.showInputBox({
      title: t('What Belongs in It?'),
      prompt: t('One sentence. Agents read it, and write there what fits. It may stay empty.'),
      value: block.description,
      validateInput: (typed) => (typed.length > 500 ? t('At most 500 characters.') : undefined),
    });
    return description === undefined ? undefined : { description };
  }
  const { least, most } = blockLimits;
  const typed = await vscode.window.showInputBox({
    title: t('Limit'),
    prompt: t('Characters. A note stands in every prompt, so that each costs every time.'),
    value: String(block.limit),
    validateInput: (value) =>
      /^\d+$/.test(value.trim()) && Number(value) >= least && Number(value) <= most
        ? undefined
        : t('A number from {0} to {1}.', least, most),
  });
  return typed === undefined ? undefined : { limit: Number(typed) };
}

interface VersionPick extends vscode.QuickPickItem {
  readonly text: string;
}

/** The chosen one beside the note as it is now; its button brings it back. */
async function showHistory(parts: MemoryParts, block: Block): Promise<void> {
  const { connection, conflicts, library } = parts;
  const asked = { block: { blockId: block.id } };
  const { versions } = await connection.call('memory/blockHistory', asked);
  if (versions.length === 0) {
    const name = toPlainLine(block.label, 40);
    await vscode.window.showInformationMessage(t("'{0}' was never changed.", name));
    return;
  }
  const restore = { iconPath: new vscode.ThemeIcon('discard'), tooltip: t('Bring It Back') };
  const rows = versions.map(({ text, at, by }): VersionPick => {
    const age = describeAge(at, Date.now(), t);
    return {
      text,
      label: age === t('now') ? age : t('{0} ago', age),
      description: toPickLabel(t('by {0}', nameSource(by, t))),
      detail: toPickLabel(toPlainLine(text, 120) || t('(empty)')),
      buttons: [restore],
    };
  });
  const chosen = await pickVersion(block, rows);
  if (chosen === undefined) return;
  if (chosen.isRestored) {
    await bringBack(parts, block, chosen.row.text);
    return;
  }
  const right = vscode.Uri.from(noteAddress(block, nameOwner(block.owner, library)));
  const title = t('{0} ({1} ↔ now)', toPlainLine(block.label, 40), chosen.row.label);
  await conflicts.compare({ left: chosen.row.text, right, title });
}

function pickVersion(
  block: Block,
  rows: readonly VersionPick[],
): Promise<{ row: VersionPick; isRestored: boolean } | undefined> {
  const pick = vscode.window.createQuickPick<VersionPick>();
  pick.title = t('History of ‘{0}’', toPlainLine(block.label, 40));
  pick.placeholder = t('Compare with which one? Its button brings it back.');
  pick.items = rows;
  return new Promise((resolve) => {
    const settle = (row: VersionPick | undefined, isRestored: boolean): void => {
      resolve(row === undefined ? undefined : { row, isRestored });
      pick.hide();
    };
    pick.onDidAccept(() => settle(pick.selectedItems[0], false));
    pick.onDidTriggerItemButton(({ item }) => settle(item, true));
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

async function bringBack({ connection }: MemoryParts, block: Block, text: string): Promise<void> {
  const asked = { block: { blockId: block.id }, revision: block.revision, text };
  const written = await connection.call('memory/writeBlock', asked);
  const name = toPlainLine(block.label, 40);
  if (written.outcome === 'conflict')
    throw new WaggleError('conflict', t("'{0}' was changed in the meantime.", name), {
      fix: t('Look at its history again.'),
    });
  tellDone(connection, t("'{0}' is as it was.", name), written.changeId);
}

/** Of this window's first folder; without one, what holds everywhere. */
async function showPrompt({ connection, conflicts }: MemoryParts): Promise<void> {
  const [folder] = listFolders();
  const place = folder === undefined ? {} : { folder };
  const [prompt, { agents }] = await Promise.all([
    connection.call('memory/prompt', { place }),
    connection.call('memory/reach', {}),
  ]);
  await conflicts.show({
    text: describePrompt(prompt, agents, t),
    path: `/${t('Notes in the Prompt')}`,
  });
}

async function removeNote({ connection }: MemoryParts, block: Block): Promise<void> {
  const { changeId } = await connection.call('memory/removeBlock', { blockId: block.id });
  tellDone(connection, t("'{0}' is removed.", toPlainLine(block.label, 40)), changeId);
}

function nameOwner(owner: BlockOwner, library: MemoryParts['library']): string {
  return owner.kind === 'workspace'
    ? library.nameOfWorkspace(owner.workspaceId)
    : (library.shelf.roles.find(({ id, isDefault }) => id === owner.roleId && !isDefault)?.name ??
        '');
}
