/** Which session a person means: by id, by name, or by the unique beginning of an id. */
import type { Session } from '../../protocol/session/session.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { CommandError } from '../output/output.ts';

const shownCandidates = 5;

/** True while a process is behind it, or may come back by itself. */
export function isLive({ status }: Session): boolean {
  return status === 'running' || status === 'starting' || status === 'asleep';
}

/**
 * The session meant by `reference`. What lives is preferred to history of the same name.
 * @throws WaggleError `notFound`, CommandError `ambiguous` with the ids to choose from.
 */
export function getMeant(sessions: readonly Session[], reference: string): Session {
  const matches = [
    (session: Session) => session.id === reference,
    (session: Session) => session.name === reference && isLive(session),
    (session: Session) => session.name === reference,
    (session: Session) => session.id.startsWith(reference.toLowerCase()) && isLive(session),
    (session: Session) => session.id.startsWith(reference.toLowerCase()),
  ];
  const found = reference === '' ? [] : firstMatch(sessions, matches);
  const [only, ...others] = found;
  if (only === undefined) {
    throw new WaggleError('notFound', `No session is called "${toPlainLine(reference, 64)}".`, {
      fix: 'waggle list --all',
    });
  }
  if (others.length === 0) return only;
  const shown = found.slice(0, shownCandidates).map(({ id, name }) => `${id} (${name})`);
  const rest = found.length > shownCandidates ? `, and ${found.length - shownCandidates} more` : '';
  throw new CommandError(
    'ambiguous',
    `"${toPlainLine(reference, 64)}" means ${found.length} sessions.`,
    `Give the whole id: ${shown.join(', ')}${rest}`,
  );
}

function firstMatch(
  sessions: readonly Session[],
  matches: readonly ((session: Session) => boolean)[],
): Session[] {
  for (const isMatch of matches) {
    const found = sessions.filter(isMatch);
    if (found.length > 0) return found;
  }
  return [];
}

/** The shortest beginning of at least 8 characters that names each session alone. */
export function shortIds(sessions: readonly { readonly id: string }[]): Map<string, string> {
  const ids = sessions.map(({ id }) => id);
  return new Map(ids.map((id) => [id, shortestUnique(id, ids)]));
}

function shortestUnique(id: string, ids: readonly string[]): string {
  for (let length = 8; length < id.length; length += 1) {
    const start = id.slice(0, length);
    if (!start.endsWith('-') && ids.every((other) => other === id || !other.startsWith(start)))
      return start;
  }
  return id;
}
