/** Where a command of memory works: the folder it is run in, or the session it is run by. */
import { resolve } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Fact } from '../../protocol/memory/memory.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError } from '../output/output.ts';

export type Place = NonNullable<MethodParams<'memory/listFacts'>['place']>;

export interface PlaceOptions {
  /** Another folder than this one. */
  readonly cwd: string | undefined;
  /** All repositories and roles. */
  readonly everywhere?: boolean;
}

/** An agent's place is its session's, whatever folder it is in; a person's is the folder. */
export async function findPlace(
  { identity, env }: CommandContext,
  link: DaemonLink,
  { cwd, everywhere }: PlaceOptions,
): Promise<Place> {
  const own = sessionIdSchema.safeParse(env['WAGGLE_SESSION_ID']).data;
  if (identity !== undefined && own !== undefined) {
    const { session } = await link.call('session/get', { sessionId: own });
    if (session.agent !== 'shell') return {};
  }
  return everywhere === true ? {} : { folder: resolve(cwd ?? process.cwd()) };
}

/** How a fact or note is named in a line: the end of its id, which chance made. */
export function shortId(id: string): string {
  return id.slice(-8);
}

const pageFacts = 500;
const shownCandidates = 5;

/** All facts of a place, in pages. */
export async function readFacts(
  link: DaemonLink,
  filter: Omit<MethodParams<'memory/listFacts'>, 'after' | 'limit'>,
): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (;;) {
    const last = facts.at(-1);
    const after = last === undefined ? {} : { after: last.id };
    const page = await link.call('memory/listFacts', { ...filter, ...after, limit: pageFacts });
    facts.push(...page.facts);
    if (!page.more) return facts;
  }
}

/** Facts and notes by their ids, or by an end of an id of six characters or more that only one has. */
export function findByIds<T extends { readonly id: string }>(
  known: readonly T[],
  references: readonly string[],
): T[] {
  return references.map((reference) => findById(known, reference));
}

function findById<T extends { readonly id: string }>(known: readonly T[], reference: string): T {
  const wanted = reference.toLowerCase();
  const isEnd = wanted.length >= 6;
  const found = known.filter(({ id }) => id === wanted || (isEnd && id.endsWith(wanted)));
  const [only, ...others] = found;
  if (only === undefined)
    throw new WaggleError('notFound', `Nothing has the id "${toPlainLine(reference, 64)}".`, {
      fix: 'waggle memory list --everywhere',
    });
  if (others.length === 0) return only;
  const shown = found.slice(0, shownCandidates).map(({ id }) => id);
  throw new CommandError(
    'ambiguous',
    `"${toPlainLine(reference, 64)}" means ${found.length} of them.`,
    `Give the whole id: ${shown.join(', ')}`,
  );
}
