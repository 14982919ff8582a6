import type { MethodResult } from '../../protocol/protocol.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { PresentWindow } from '../window/window.ts';

export type Place = MethodResult<'attention/openNotice'>;

/** Where something is to be opened: of which window, and for which window that asks. */
export interface PlaceQuestion {
  readonly sessionId: SessionId | null;
  /** Of the session; absolute. */
  readonly folder: string | null;
  readonly askingId: string | undefined;
}

export interface FoundPlace {
  readonly place: Place;
  /** With `other`. */
  readonly window?: PresentWindow;
}

/**
 * The window that shows the session, else the one that has a tab of it, else the one whose folders hold its folder, the
 * deepest first; among equals the one that asks, then the one that had the focus last. Else its folder.
 */
export function findPlace(
  windows: readonly PresentWindow[],
  { sessionId, folder, askingId }: PlaceQuestion,
): FoundPlace {
  if (sessionId === null) return { place: { sessionId, place: 'here' } };
  const scored = windows
    .map((window) => ({ window, score: scoreOf(window, sessionId, folder) }))
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score);
  const best = scored.filter(({ score }) => score === scored[0]?.score);
  const asking = best.find(({ window }) => window.windowId === askingId);
  const window = (asking ?? best[0])?.window;
  if (window === undefined)
    return folder === null
      ? { place: { sessionId, place: 'here' } }
      : { place: { sessionId, place: 'folder', folder } };
  if (window.windowId === askingId) return { place: { sessionId, place: 'here' } };
  const { callback } = window;
  const place: Place = { sessionId, place: 'other', ...(callback === null ? {} : { callback }) };
  return { place, window };
}

/** A tab beats every folder; a path has at most 4,096 characters. */
const tabScore = 10_000;

function scoreOf(window: PresentWindow, sessionId: SessionId, folder: string | null): number {
  if (window.visible.includes(sessionId)) return tabScore + 1;
  if (window.open.includes(sessionId)) return tabScore;
  if (folder === null) return 0;
  const holding = window.folders.filter((root) => holds(root, folder));
  return Math.max(0, ...holding.map((root) => root.length));
}

function holds(root: string, folder: string): boolean {
  const trimmed = root.replace(/[/\\]+$/, '');
  return folder === root || folder === trimmed || /^[/\\]/.test(rest(folder, trimmed));
}

function rest(folder: string, root: string): string {
  return folder.startsWith(root) ? folder.slice(root.length) : '';
}

/** A link of a window that says which notice was followed. */
export function withNotice(callback: string, noticeId: string): string {
  const [before = '', ...fragments] = callback.split('#');
  const query = `${before.includes('?') ? '&' : '?'}notice=${noticeId}`;
  return [`${before}${query}`, ...fragments].join('#');
}

/** A link by which an editor opens a folder: of the editor that the callback of a window names, else of VS Code. */
export function folderLink(folder: string, callback: string | undefined): string {
  const path = folder.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  const scheme = /^([a-z][a-z0-9-]*):\/\//.exec(callback ?? '')?.[1] ?? 'http';
  const editor = scheme.startsWith('http') ? 'vscode' : scheme;
  return `${editor}://file${path.startsWith('/') ? '' : '/'}${path}`;
}
