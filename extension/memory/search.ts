/** Finding facts and notes while one types; also how a command asks for a fact. */
import * as vscode from 'vscode';
import type { Block, Fact } from '../../protocol/memory/memory.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import {
  followPick,
  runCommand,
  showFailure,
  toPickLabel,
  translate as t,
} from '../editor/editor.ts';
import { forget, pin } from './factActs.ts';
import { describeFact, describeNote, nameScope } from './factRow.ts';
import type { MemoryParts } from './parts.ts';

type SearchParts = Pick<MemoryParts, 'connection' | 'library' | 'log'>;

interface FoundPick extends vscode.QuickPickItem {
  readonly fact?: Fact;
  readonly block?: Block;
}

const settleMs = 120;
const factCount = 30;

/** Opens what was chosen; the buttons of a row act on it and leave the list open. */
export async function searchMemory(parts: SearchParts): Promise<void> {
  const found = await pickFound(parts, {
    title: t('Search Memory'),
    placeholder: t('Words, a name, or what it is about'),
    withNotes: true,
  });
  if (found?.fact !== undefined) await runCommand('openFact', found.fact.id);
  if (found?.block !== undefined) await runCommand('openNote', found.block.id);
}

export async function pickFact(parts: SearchParts, title: string): Promise<Fact | undefined> {
  const placeholder = t('Words, a name, or what it is about');
  return (await pickFound(parts, { title, placeholder, withNotes: false }))?.fact;
}

interface PickOptions {
  readonly title: string;
  readonly placeholder: string;
  readonly withNotes: boolean;
}

function pickFound(parts: SearchParts, options: PickOptions): Promise<FoundPick | undefined> {
  const pick = vscode.window.createQuickPick<FoundPick>();
  pick.title = options.title;
  pick.placeholder = options.placeholder;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  const stop = followPick(pick, {
    find: (query) => find(parts, query, options.withNotes),
    onFail: (reason) => parts.log.warn('memory was not searched', reason),
    settleMs,
    again: parts.library.onDidChangeShelf,
  });
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]);
      pick.hide();
    });
    pick.onDidTriggerItemButton(({ item, button }) => {
      if (item.fact === undefined) return;
      if (button.tooltip === editButton().tooltip) pick.hide();
      act(parts, item.fact, button.tooltip).catch(showFailure);
    });
    pick.onDidHide(() => {
      stop();
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

async function find(
  parts: SearchParts,
  query: string,
  withNotes: boolean,
): Promise<readonly FoundPick[]> {
  const { connection, library } = parts;
  const facts =
    query === ''
      ? (await connection.call('memory/listFacts', { limit: factCount })).facts
      : (await connection.call('memory/search', { query, limit: factCount })).hits.map(
          (hit) => hit.fact,
        );
  const notes = withNotes ? library.shelf.blocks.filter((block) => isAbout(block, query)) : [];
  const noteRows = notes.map((block): FoundPick => {
    const { label, description, icon } = describeNote(block, { nowMs: Date.now(), t });
    const detail = toPickLabel(toPlainLine(block.text, 160));
    return { ...toRow(label, description, icon), block, detail };
  });
  const factRows = facts.map((fact) => toFactRow(parts, fact));
  if (noteRows.length + factRows.length === 0)
    return [{ label: t('Nothing of that is remembered.'), alwaysShow: true }];
  return [
    ...withHeading(t('Notes'), noteRows),
    ...withHeading(query === '' ? t('Latest Facts') : t('Facts'), factRows),
  ];
}

function isAbout({ label, description, text }: Block, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/);
  const whole = `${label}\n${description}\n${text}`.toLowerCase();
  return words.every((word) => whole.includes(word));
}

function withHeading(label: string, rows: readonly FoundPick[]): readonly FoundPick[] {
  if (rows.length === 0) return [];
  return [{ label, kind: vscode.QuickPickItemKind.Separator }, ...rows];
}

function toFactRow({ library }: SearchParts, fact: Fact): FoundPick {
  const { label, description, icon } = describeFact(fact, { nowMs: Date.now(), t });
  const scope = nameScope(fact, library.nameOfWorkspace(fact.workspaceId), t);
  const buttons = [
    ...(fact.state === 'quarantined' ? [] : [fact.pinned ? unpinButton() : pinButton()]),
    editButton(),
    forgetButton(),
  ];
  return { ...toRow(label, `${description} · ${scope}`, icon), fact, buttons };
}

/** Always shown: the daemon found it, whatever the letters say. */
function toRow(label: string, description: string, icon: string): FoundPick {
  return {
    label: toPickLabel(label),
    description: toPickLabel(description),
    iconPath: new vscode.ThemeIcon(icon),
    alwaysShow: true,
  };
}

/** Which button it was is told by its words. */
async function act(parts: SearchParts, fact: Fact, tooltip: string | undefined): Promise<void> {
  if (tooltip === pinButton().tooltip) await pin(parts, [fact.id], true);
  else if (tooltip === unpinButton().tooltip) await pin(parts, [fact.id], false);
  else if (tooltip === forgetButton().tooltip) await forget(parts, [fact.id]);
  else await runCommand('editFact', fact.id);
}

function pinButton(): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon('pin'), tooltip: t('Pin') };
}

function unpinButton(): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon('pinned'), tooltip: t('Unpin') };
}

function editButton(): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon('edit'), tooltip: t('Edit') };
}

function forgetButton(): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon('trash'), tooltip: t('Forget') };
}
