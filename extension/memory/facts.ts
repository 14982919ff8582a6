/** The commands about facts: each takes a row, the rows that are selected, an open page, or asks. */
import * as vscode from 'vscode';
import type { Fact, FactScope, FactType } from '../../protocol/memory/memory.ts';
import { factMaxChars, factTypes } from '../../protocol/memory/memory.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { toPickLabel, translate as t } from '../editor/editor.ts';
import { forget, pin } from './factActs.ts';
import type { FactPage } from './factPage.ts';
import { countFacts, explainType, iconOfType, nameType } from './factRow.ts';
import { factAddress } from './memoryUri.ts';
import { readFactId, readFactIds, readGroup } from './memoryNode.ts';
import type { MemoryParts } from './parts.ts';
import { pickFact } from './search.ts';
import { madeRoles } from './shelf.ts';
import { tellDone } from './undo.ts';

type FactCommandName =
  | 'openFact'
  | 'editFact'
  | 'pinFact'
  | 'unpinFact'
  | 'moveFact'
  | 'forgetFact'
  | 'keepWorktreeFacts'
  | 'dropWorktreeFacts';

export function createFactCommands(
  parts: MemoryParts,
  page: FactPage,
): CommandHandlers<FactCommandName> {
  const onOne =
    (title: string, act: (id: Fact['id']) => Promise<void>) =>
    async (argument?: unknown): Promise<void> => {
      const id = readFactId(argument) ?? (await pickFact(parts, title))?.id;
      if (id !== undefined) await act(id);
    };
  const onAll =
    (title: string, act: (ids: Fact['id'][]) => Promise<void>) =>
    async (argument?: unknown, selection?: unknown): Promise<void> => {
      const named = readFactIds(argument, selection);
      const ids = named.length > 0 ? named : [(await pickFact(parts, title))?.id];
      const known = ids.filter((id) => id !== undefined);
      if (known.length > 0) await act(known);
    };
  return {
    openFact: onOne(t('Open which fact?'), (id) => page.show(id)),
    editFact: onOne(t('Edit which fact?'), (id) => editFact(parts, id)),
    pinFact: onAll(t('Pin which fact?'), (ids) => pin(parts, ids, true)),
    unpinFact: onAll(t('Unpin which fact?'), (ids) => pin(parts, ids, false)),
    moveFact: onAll(t('Move which fact?'), (ids) => move(parts, ids)),
    forgetFact: onAll(t('Forget which fact?'), (ids) => forget(parts, ids)),
    keepWorktreeFacts: (argument) => settleWorktree(parts, argument, true),
    dropWorktreeFacts: (argument) => settleWorktree(parts, argument, false),
  };
}

/** Its text as a document, because a fact may have several lines. */
export async function editFact(
  { connection, library }: MemoryParts,
  factId: Fact['id'],
): Promise<void> {
  const { fact } = await connection.call('memory/getFact', { factId });
  const folder = library.nameOfWorkspace(fact.workspaceId) || t('Facts');
  await vscode.window.showTextDocument(vscode.Uri.from(factAddress(fact, folder)));
}

/** What, then of which kind; it holds at once, because a person says it. */
export async function addFact({ connection, library }: MemoryParts): Promise<void> {
  const [workspace] = await library.findWorkspaces();
  const text = await vscode.window.showInputBox({
    title: t('New Fact'),
    prompt: t('One thing that an agent should know when it comes up.'),
    placeHolder: t('The integration tests need Postgres on port 5433'),
    validateInput: (typed) =>
      typed.length > factMaxChars ? t('At most {0} characters.', factMaxChars) : undefined,
  });
  if (text === undefined || text.trim() === '') return;
  const type = await chooseType();
  if (type === undefined) return;
  const saved = await connection.call('memory/save', {
    text,
    type,
    from: 'person',
    ...(workspace === undefined
      ? { scope: 'person' }
      : { scope: 'repository', place: { workspaceId: workspace.id } }),
  });
  const short = toPlainLine(saved.fact.text, 60);
  const said = {
    saved: t('Remembered: {0}', short),
    merged: t('Merged with what was nearly the same: {0}', short),
    superseded: t('Remembered instead of what held before: {0}', short),
    known: t('That is known already: {0}', short),
  };
  tellDone(connection, said[saved.outcome], saved.changeId);
}

async function chooseType(): Promise<FactType | undefined> {
  const rows = factTypes.map((type) => ({
    type,
    label: nameType(type, t),
    description: explainType(type, t),
    iconPath: new vscode.ThemeIcon(iconOfType(type)),
  }));
  const placeHolder = t('What kind of fact is it?');
  return (await vscode.window.showQuickPick(rows, { placeHolder }))?.type;
}

/** Wider than before: agents elsewhere get it too, so each choice says who. */
async function move(parts: MemoryParts, factIds: Fact['id'][]): Promise<void> {
  const { connection, library } = parts;
  const chosen = await chooseScope(library);
  if (chosen === undefined) return;
  const { scope, place } = chosen;
  const { changeId, facts } = await connection.call('memory/promote', { factIds, scope, place });
  const said = t('{0} moved: {1}.', countFacts(facts.length, t), chosen.label);
  tellDone(connection, said, changeId);
}

interface ScopePick extends vscode.QuickPickItem {
  readonly scope: FactScope;
  readonly place: { readonly workspaceId?: string; readonly roleId?: string };
}

async function chooseScope(library: MemoryParts['library']): Promise<ScopePick | undefined> {
  const workspaces = await library.findWorkspaces();
  const rows: ScopePick[] = [
    ...workspaces.map(({ id, name }) => ({
      scope: 'repository' as const,
      place: { workspaceId: id },
      label: toPickLabel(toPlainLine(name, 60)),
      description: t('agents in this repository, its worktrees and clones'),
      iconPath: new vscode.ThemeIcon('repo'),
    })),
    ...madeRoles(library.shelf.roles).map(({ id, name }) => ({
      scope: 'agent' as const,
      place: { roleId: id },
      label: toPickLabel(toPlainLine(name, 80)),
      description: t('this role only, wherever it works'),
      iconPath: new vscode.ThemeIcon('person'),
    })),
    {
      scope: 'person',
      place: {},
      label: t('About You'),
      description: t('your agents in every repository'),
      iconPath: new vscode.ThemeIcon('account'),
    },
    {
      scope: 'everywhere',
      place: {},
      label: t('Everywhere'),
      description: t('every agent in every repository, of whomever'),
      iconPath: new vscode.ThemeIcon('globe'),
    },
  ];
  return vscode.window.showQuickPick(rows, { placeHolder: t('Where does it hold?') });
}

/** A worktree that is done with: what was learned in it goes to its repository, or goes. */
async function settleWorktree(
  { connection }: MemoryParts,
  argument: unknown,
  keep: boolean,
): Promise<void> {
  const worktree = readGroup(argument)?.worktree;
  if (worktree === undefined) return;
  const settled = await connection.call('memory/settleWorktree', { worktree, keep });
  const facts = countFacts(settled.factIds.length, t);
  const said = keep
    ? t('{0} now in the whole repository.', facts)
    : t('{0} of the worktree forgotten.', facts);
  tellDone(connection, said, settled.changeId);
}
