/**
 * Memory in this window: the view, notes as documents, the pages of facts, the review and the commands. Everything comes
 * from the daemon; deliberately decides nothing about trust and keeps nothing.
 */
import * as vscode from 'vscode';
import type { EmbeddingStatus, Fact } from '../../protocol/memory/memory.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { setContext, translate as t } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { SessionList } from '../session/session.ts';
import { createConflicts } from './conflict.ts';
import { describeEmbedding, followEmbeddingSettings, setUpEmbeddings } from './embeddings.ts';
import { exportMemory, writeNotes } from './exports.ts';
import { FactPage } from './factPage.ts';
import { addFact, createFactCommands } from './facts.ts';
import { importFile, importInstructions } from './imports.ts';
import { Library } from './library.ts';
import { MemoryFiles } from './memoryFiles.ts';
import type { MemoryNode } from './memoryNode.ts';
import type { FactQuery } from './memoryTree.ts';
import { MemoryTree } from './memoryTree.ts';
import { memoryScheme } from './memoryUri.ts';
import { watchLimits } from './noteLimits.ts';
import { addNote, createNoteCommands } from './notes.ts';
import type { MemoryParts } from './parts.ts';
import { review } from './review.ts';
import { offerReviews } from './reviewOffer.ts';
import type { ListAgents } from './roles.ts';
import { createRoleCommands } from './roles.ts';
import { searchMemory } from './search.ts';
import { isEmptyShelf } from './shelf.ts';
import { undoChange } from './undo.ts';

export interface MemoryOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly terminals: { isOpen(sessionId: string): boolean };
  readonly windowMemory: vscode.Memento;
  readonly listAgents: ListAgents;
  readonly log: Log;
}

type MemoryCommands = ReturnType<typeof createNoteCommands> &
  ReturnType<typeof createFactCommands> &
  ReturnType<typeof createRoleCommands> &
  ReturnType<typeof createOtherCommands>;

export interface MemoryFeature extends Disposable {
  readonly commands: CommandHandlers<keyof MemoryCommands>;
}

const pageSize = 100;
const refreshMs = 60_000;

export function createMemoryFeature(options: MemoryOptions): MemoryFeature {
  const { connection, sessions, terminals, windowMemory, log } = options;
  const owned = new DisposableStore();
  const library = owned.add(new Library(connection, log));
  const conflicts = owned.add(createConflicts());
  const parts: MemoryParts = { connection, library, conflicts, log };
  const askAboutConflict = conflicts.ask;
  const files = owned.add(new MemoryFiles({ connection, library, windowMemory, askAboutConflict }));
  owned.add(
    vscode.workspace.registerFileSystemProvider(memoryScheme, files, { isCaseSensitive: true }),
  );
  owned.add(watchLimits(library));
  owned.add(followEmbeddingSettings(parts));
  const isOpen = terminals.isOpen.bind(terminals);
  owned.add(offerReviews({ library, sessions, isOpen }));
  const page = owned.add(new FactPage(parts));
  const tree = owned.add(
    new MemoryTree({ library, listFacts: (query) => listFacts(parts, query) }),
  );
  owned.add(showTree(tree, library));
  return {
    commands: {
      ...createNoteCommands(parts),
      ...createFactCommands(parts, page),
      ...createRoleCommands(parts, options.listAgents),
      ...createOtherCommands(parts, tree),
    },
    dispose: () => owned.dispose(),
  };
}

function createOtherCommands(
  parts: MemoryParts,
  tree: MemoryTree,
): CommandHandlers<
  | 'addMemory'
  | 'searchMemory'
  | 'reviewMemory'
  | 'undoMemory'
  | 'showMoreFacts'
  | 'exportMemory'
  | 'importMemory'
  | 'importInstructions'
  | 'writeNotes'
  | 'setUpEmbeddings'
> {
  return {
    addMemory: (argument) => addMemory(parts, argument),
    searchMemory: () => searchMemory(parts),
    reviewMemory: (argument) => review(parts, readLearnedBy(argument)),
    undoMemory: () => undoChange(parts.connection),
    showMoreFacts(argument) {
      const node = argument as MemoryNode | undefined;
      if (node?.kind === 'more') tree.showMore(node.of);
    },
    exportMemory: () => exportMemory(parts),
    importMemory: () => importFile(parts),
    importInstructions: () => importInstructions(parts),
    writeNotes: () => writeNotes(parts),
    setUpEmbeddings: () => setUpEmbeddings(parts),
  };
}

/** `argument`: the row of the notes adds a note, another one asks. */
async function addMemory(parts: MemoryParts, argument: unknown): Promise<void> {
  const node = argument as MemoryNode | undefined;
  if (node?.kind === 'notes') return addNote(parts);
  const rows = [
    {
      act: addNote,
      label: t('Note'),
      description: t('always in the prompt of agents'),
      iconPath: new vscode.ThemeIcon('note'),
    },
    {
      act: addFact,
      label: t('Fact'),
      description: t('recalled when it matters'),
      iconPath: new vscode.ThemeIcon('lightbulb'),
    },
    {
      act: importInstructions,
      label: t('What CLAUDE.md, AGENTS.md and Agents Know…'),
      description: t('you choose from a list'),
      iconPath: new vscode.ThemeIcon('cloud-download'),
    },
  ];
  const placeHolder = t('What is to be remembered?');
  const chosen = await vscode.window.showQuickPick(rows, { placeHolder });
  await chosen?.act(parts);
}

function readLearnedBy(argument: unknown): ReturnType<typeof sessionIdSchema.parse> | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const parsed = sessionIdSchema.safeParse(
    'learnedBy' in argument ? argument.learnedBy : undefined,
  );
  return parsed.success ? parsed.data : undefined;
}

function showTree(tree: MemoryTree, library: Library): Disposable {
  const owned = new DisposableStore();
  const view = owned.add(
    vscode.window.createTreeView('waggle.memory', {
      treeDataProvider: tree,
      canSelectMany: true,
      showCollapseAll: true,
    }),
  );
  let embedding: EmbeddingStatus | undefined;
  const show = (): void => {
    const { quarantined, unreviewed, roles } = library.sort();
    void setContext('toReview', quarantined + unreviewed);
    void setContext('hasRoles', roles.length > 0);
    void setContext('hasMemory', !isEmptyShelf(library.shelf));
    tree.update();
  };
  owned.add(library.onDidChangeShelf(show));
  // Ages go on without an event.
  const timer = setInterval(() => {
    if (view.visible) tree.update();
  }, refreshMs);
  owned.add({ dispose: () => clearInterval(timer) });
  owned.add(
    library.onDidEmbed((status) => {
      embedding = status;
      view.message = describeEmbedding(embedding) ?? '';
    }),
  );
  return owned;
}

/** A page of what stands below one row. */
async function listFacts(
  { connection }: MemoryParts,
  { group, after }: FactQuery,
): ReturnType<ConstructorParameters<typeof MemoryTree>[0]['listFacts']> {
  const page = { limit: pageSize, ...(after === undefined ? {} : { after }) };
  if (group === 'review') return connection.call('memory/listFacts', { ...page, unreviewed: true });
  const { scope, workspace, role, worktree } = group;
  const place: { workspaceId?: string; folder?: string; roleId?: Fact['roleId'] & string } = {
    ...(workspace === undefined ? {} : { workspaceId: workspace.id }),
    ...(role === undefined ? {} : { roleId: role.id }),
    ...(worktree === undefined ? {} : { folder: worktree }),
  };
  if (worktree !== undefined) delete place.workspaceId;
  return connection.call('memory/listFacts', {
    ...page,
    place,
    scopes: [scope],
    state: 'accepted',
  });
}
