/**
 * Which sessions a window shows and where, as it is stored and brought back: a value, computed from the tabs. The editor
 * gives terminals no id across a reload, so a tab is recognised by its terminal's name, which is unique in the window.
 */
import { z } from 'zod';

const storedTerminalSchema = z.object({
  sessionId: z.string(),
  /** Of its terminal, to recognise the tab that a crashed extension host left behind. */
  name: z.string().default(''),
  place: z.enum(['editor', 'panel']),
  /** Of editors: the group (from 1) and the position of the tab in it (from 0). */
  column: z.int().min(1).default(1),
  position: z.int().min(0).default(0),
  isActive: z.boolean().default(false),
  isPinned: z.boolean().default(false),
  /** It stood in a window of its own; `column` is where it comes back to, behind the others. */
  isMovedOut: z.boolean().default(false),
  /** Its group began with a terminal beside others, which the editor locks. */
  isLocked: z.boolean().default(false),
});
const storedWindowSchema = z.object({
  terminals: z.array(storedTerminalSchema).max(200),
  /** How many tabs of others stood in each group, which the editor brings back itself. */
  columns: z.array(z.int().min(0)).max(200).default([]),
  /** How many terminals of others stood in the panel; absent: not known. */
  othersInPanel: z.int().min(0).optional(),
  /** The group that was active. */
  activeColumn: z.int().min(1).default(1),
  /** The terminal that was active in it. */
  focus: z.string().nullable().default(null),
  /** As `vscode.getEditorLayout` gives it. */
  layout: z.unknown().optional(),
});

export type StoredTerminal = z.infer<typeof storedTerminalSchema>;
export type StoredWindow = z.infer<typeof storedWindowSchema>;

/** A tab that may be one of our terminals. */
export interface TabFact {
  readonly label: string;
  readonly isTerminal: boolean;
  readonly column: number;
  readonly position: number;
  readonly isActive: boolean;
  readonly isPinned: boolean;
}

/** What a window shows at one moment. */
export interface WindowFacts {
  readonly tabs: readonly TabFact[];
  /** Session ids by the names of their terminals. What is in no tab stands in the panel. */
  readonly open: ReadonlyMap<string, string>;
  /** Names of the terminals that are not ours. */
  readonly others: readonly string[];
  readonly columns: number;
  readonly activeColumn: number;
  /** Of the window that is in front: the main one, or one that was moved out. */
  readonly layout: unknown;
  readonly isLocked: (sessionId: string) => boolean;
}

/** `last`: what was stored before, which knows where a terminal stood before it was moved out. */
export function describeWindow(facts: WindowFacts, last: StoredWindow | undefined): StoredWindow {
  const { columns, layout } = findMainWindow(facts, last);
  const terminals = describeTerminals(facts, columns).map((terminal): StoredTerminal => {
    if (!terminal.isMovedOut) return terminal;
    const before = last?.terminals.find(({ sessionId }) => sessionId === terminal.sessionId);
    return { ...terminal, column: Math.min(before?.column ?? 1, columns) };
  });
  const others = (column: number): number =>
    facts.tabs.filter((tab) => tab.column === column && !isOurs(tab, facts)).length;
  const inFront = terminals.find(
    ({ place, column, isActive }) =>
      place === 'editor' && isActive && column === facts.activeColumn,
  );
  return {
    terminals,
    columns: Array.from({ length: columns }, (_, index) => others(index + 1)),
    othersInPanel: listInPanel(facts.others, facts.tabs).length,
    activeColumn: Math.min(facts.activeColumn, columns),
    focus: inFront?.sessionId ?? null,
    layout,
  };
}

/** Windows that were moved out come behind the main one, and the layout is that of the window in front. */
function findMainWindow(
  { columns, activeColumn, layout }: WindowFacts,
  last: StoredWindow | undefined,
): { readonly columns: number; readonly layout: unknown } {
  const leaves = countLeaves(layout);
  const isMain = leaves >= columns || activeColumn <= leaves;
  if (isMain) return { columns: Math.min(leaves, columns), layout };
  const known = last === undefined ? 0 : countLeaves(last.layout);
  const isKnown = known > 0 && known <= columns - leaves;
  return isKnown
    ? { columns: known, layout: last?.layout }
    : { columns: Math.max(1, columns - leaves), layout: undefined };
}

/** How many groups a layout of the editor has. */
export function countLeaves(layout: unknown): number {
  if (typeof layout !== 'object' || layout === null) return 1;
  const groups: unknown = 'groups' in layout ? layout.groups : undefined;
  if (!Array.isArray(groups) || groups.length === 0) return 1;
  return groups.reduce((sum: number, group: unknown) => sum + countLeaves(group), 0);
}

/** Terminals of others that have no tab: they stand in the panel. */
export function listInPanel(others: readonly string[], tabs: readonly TabFact[]): string[] {
  const inTabs = new Set(tabs.flatMap(({ label, isTerminal }) => (isTerminal ? [label] : [])));
  return others.filter((name) => !inTabs.has(name));
}

function isOurs({ label, isTerminal }: TabFact, { open }: WindowFacts): boolean {
  return isTerminal && open.has(label);
}

function describeTerminals(facts: WindowFacts, columns: number): StoredTerminal[] {
  return [...facts.open].map(([name, sessionId]): StoredTerminal => {
    const tab = facts.tabs.find(({ label, isTerminal }) => isTerminal && label === name);
    const nowhere = { column: 1, position: 0, isActive: false, isPinned: false };
    const common = { sessionId, name, isMovedOut: false, isLocked: false };
    if (tab === undefined) return { ...common, ...nowhere, place: 'panel' };
    if (tab.column > columns) return { ...common, ...nowhere, place: 'editor', isMovedOut: true };
    const { column, position, isActive, isPinned } = tab;
    const isLocked = facts.isLocked(sessionId);
    return { ...common, place: 'editor', column, position, isActive, isPinned, isLocked };
  });
}

/** Undefined when nothing is stored, or something that another version wrote. */
export function parseStoredWindow(value: unknown): StoredWindow | undefined {
  const parsed = storedWindowSchema.safeParse(value);
  return parsed.success && parsed.data.terminals.length > 0 ? parsed.data : undefined;
}

/**
 * The order in which terminals are created so that their tabs come to stand as they stood: group by group, the one that
 * had the focus first, so that the person need not wait for the others.
 */
export function orderForRestore(
  stored: readonly StoredTerminal[],
  focus: string | null,
): StoredTerminal[][] {
  const focused = stored.find(({ sessionId }) => sessionId === focus);
  const isFirst = (terminal: StoredTerminal): boolean =>
    focused !== undefined && groupOf(terminal) === groupOf(focused);
  const ordered = [...stored].sort(
    (left, right) =>
      Number(isFirst(right)) - Number(isFirst(left)) ||
      left.place.localeCompare(right.place) ||
      left.column - right.column ||
      Number(left.isMovedOut) - Number(right.isMovedOut) ||
      left.position - right.position,
  );
  return [...Map.groupBy(ordered, groupOf).values()];
}

function groupOf({ place, column }: StoredTerminal): string {
  return place === 'panel' ? place : `${place} ${column}`;
}

/**
 * Groups that held nothing but terminals are gone after a reload, and the others close up. Where new ones have to be made,
 * from left to right: behind which group, 0 for before the first. Those at the end come with the layout.
 */
export function planMissingGroups(columns: readonly number[]): number[] {
  const last = columns.findLastIndex((others) => others > 0);
  return columns
    .slice(0, Math.max(0, last))
    .flatMap((others, index) => (others > 0 ? [] : [index]));
}
