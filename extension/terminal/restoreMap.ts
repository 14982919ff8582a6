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
});
const storedWindowSchema = z.object({
  terminals: z.array(storedTerminalSchema).max(200),
  /** How many tabs of others stood there, which the editor brings back itself. */
  others: z.int().min(0).default(0),
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

/** `open`: session ids by the names of their terminals. What is in no tab stands in the panel. */
export function describeTerminals(
  tabs: readonly TabFact[],
  open: ReadonlyMap<string, string>,
): StoredTerminal[] {
  return [...open].map(([name, sessionId]) => {
    const tab = tabs.find(({ label, isTerminal }) => isTerminal && label === name);
    if (tab === undefined) {
      return {
        sessionId,
        name,
        place: 'panel',
        column: 1,
        position: 0,
        isActive: false,
        isPinned: false,
      };
    }
    const { column, position, isActive, isPinned } = tab;
    return { sessionId, name, place: 'editor', column, position, isActive, isPinned };
  });
}

/** Undefined when nothing is stored, or something that another version wrote. */
export function parseStoredWindow(value: unknown): StoredWindow | undefined {
  const parsed = storedWindowSchema.safeParse(value);
  return parsed.success && parsed.data.terminals.length > 0 ? parsed.data : undefined;
}

/** The order in which terminals are created so that their tabs come to stand as they stood. */
export function orderForRestore(terminals: readonly StoredTerminal[]): StoredTerminal[] {
  return [...terminals].sort(
    (left, right) =>
      left.place.localeCompare(right.place) ||
      left.column - right.column ||
      left.position - right.position,
  );
}
