import type { MemoryPlace } from '../../protocol/memory/place.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Principal } from '../feature.ts';
import type { RecallReach } from '../recall/recall.ts';
import { resolveFolder } from '../workspace/workspace.ts';
import type { FindSession, MemoryNouns, RememberingSession } from './nouns.ts';
import type { BlockRow, SourceRow } from './rows.ts';

/** A place that memory is asked for, and who asks. */
export interface Place {
  readonly workspaceId: string | null;
  /** Real path of the worktree. */
  readonly worktree: string | null;
  /** Null: no role there yet. */
  readonly roleId: string | null;
  /** The session that asks or that is asked about. */
  readonly session: RememberingSession | undefined;
  /** A person named no place: everything. */
  readonly isEverywhere: boolean;
  /** What is saved there counts as learned in the repository: its own session's, or a folder that a person vouched for. */
  readonly isProven: boolean;
}

type Owner = BlockRow['owner'];

const nowhere = { workspaceId: null, worktree: null, roleId: null, session: undefined } as const;

/** Finds out where a caller may look and write. An agent's place is its own session's, whatever it says. */
export class Placing {
  readonly #nouns: MemoryNouns;
  #findSession: FindSession = () => undefined;

  constructor(nouns: MemoryNouns) {
    this.#nouns = nouns;
  }

  describeWith(find: FindSession): void {
    this.#findSession = find;
  }

  findSession(id: string): RememberingSession | undefined {
    return this.#findSession(id);
  }

  /** @throws WaggleError `forbidden`, `notFound`, `directoryMissing`. */
  async locate(place: MemoryPlace, by: Principal, toWrite = false): Promise<Place> {
    const own = by.sessionId;
    if (by.right === 'self' && own !== undefined) {
      refuseOtherPlaces(place, own);
      return this.#ofSession(own, toWrite);
    }
    if (by.right === 'self') {
      refuseOtherPlaces(withoutFolder(place), undefined);
      return asElsewhere(await this.#ofFolder(place, toWrite), toWrite);
    }
    if (place.sessionId !== undefined) return this.#ofSession(place.sessionId, toWrite);
    const found = await this.#ofFolder(place, toWrite);
    if (place.roleId === undefined) return found;
    const role = this.#nouns.roles.find(place.roleId);
    if (role === undefined) throw new WaggleError('notFound', 'There is no such role.');
    return { ...found, roleId: role.id, isEverywhere: false };
  }

  /** Whether what a role learns stays in one repository. */
  isTied(roleId: string): boolean {
    const role = this.#nouns.roles.find(roleId);
    return role !== undefined && typeof role.workspaceId === 'string';
  }

  /** A place without its session: what a start of an agent there would find. */
  async #ofFolder({ folder, workspaceId }: MemoryPlace, toWrite: boolean): Promise<Place> {
    if (folder === undefined && workspaceId === undefined)
      return { ...nowhere, isEverywhere: true, isProven: true };
    if (folder === undefined) {
      const roleId = await this.#roleOf(workspaceId ?? '', toWrite);
      return { ...nowhere, workspaceId: workspaceId ?? null, roleId, ...somewhere };
    }
    const real = await resolveFolder(folder);
    const found = await this.#nouns.workspaces.locate(real, !toWrite);
    return {
      workspaceId: found,
      worktree: this.#nouns.workspaces.worktreeOf(real),
      roleId: await this.#roleOf(found, toWrite),
      session: undefined,
      isEverywhere: false,
      isProven: this.#nouns.workspaces.trustOf(real) === 'trusted',
    };
  }

  async #ofSession(id: string, toWrite: boolean): Promise<Place> {
    const session = this.#findSession(id);
    if (session === undefined) throw new WaggleError('notFound', 'There is no such session.');
    if (toWrite && session.isPrivate)
      throw new WaggleError('forbidden', 'Nothing of a private session is kept.', {
        fix: 'Save it from another session, or as the person: waggle memory save',
      });
    const { workspaceId, roleId, cwd } = session;
    const worktree = this.#nouns.workspaces.worktreeOf(cwd);
    return { workspaceId, worktree, roleId, session, ...somewhere };
  }

  async #roleOf(workspaceId: string, toWrite: boolean): Promise<string | null> {
    const { roles } = this.#nouns;
    return toWrite ? roles.ensureDefault(workspaceId) : (roles.findDefault(workspaceId) ?? null);
  }
}

const somewhere = { isEverywhere: false, isProven: true } as const;

/** An agent that was started elsewhere says itself where it is: it sees no repository that no person vouched for. */
function asElsewhere(place: Place, toWrite: boolean): Place {
  const here = { ...place, isEverywhere: false, isProven: place.isProven && !place.isEverywhere };
  return here.isProven || toWrite ? here : { ...here, ...nowhere };
}

function refuseOtherPlaces(
  { sessionId, folder, workspaceId, roleId }: MemoryPlace,
  own: string | undefined,
): void {
  const isOther = sessionId !== undefined && sessionId !== own;
  if (isOther || folder !== undefined || workspaceId !== undefined || roleId !== undefined)
    throw otherPlace();
}

function otherPlace(): WaggleError {
  return new WaggleError('forbidden', 'An agent remembers in its own place only.', {
    fix: 'Leave the place out: it is that of the session.',
  });
}

export function reachOf({ isEverywhere, workspaceId, worktree, roleId }: Place): RecallReach {
  return isEverywhere ? { kind: 'everything' } : { kind: 'place', workspaceId, worktree, roleId };
}

/** Whose notes stand in a prompt there, in that order. */
export function ownersOf({ workspaceId, roleId }: Pick<Place, 'workspaceId' | 'roleId'>): Owner[] {
  return [
    ...(workspaceId === null ? [] : [{ kind: 'workspace', workspaceId } as const]),
    ...(roleId === null ? [] : [{ kind: 'role', roleId } as const]),
  ];
}

/** Who acts, as it is kept with what they did. */
export function sourceOf(
  by: Principal,
  { session, roleId }: Pick<Place, 'session' | 'roleId'>,
  more: Partial<Pick<SourceRow, 'from' | 'turn' | 'path' | 'by'>> = {},
): SourceRow {
  const isAgent = by.right === 'self';
  const whoFrom = isAgent ? agentNameOf(by, session) : 'person';
  return {
    by: isAgent ? 'agent' : 'person',
    who: whoFrom,
    from: isAgent ? 'work' : 'person',
    agent: isAgent ? (session?.agent ?? null) : null,
    roleId: isAgent ? roleId : null,
    sessionId: isAgent ? (session?.id ?? null) : null,
    turn: null,
    path: null,
    ...more,
  };
}

function agentNameOf(by: Principal, session: RememberingSession | undefined): string {
  if (session !== undefined) return toPlainLine(session.name, 128) || session.agent;
  return by.kind === 'connector' ? 'an agent started elsewhere' : 'an agent';
}

/** What happens by itself. */
export const ownSource: SourceRow = {
  by: 'waggle',
  who: 'Waggle',
  from: 'work',
  agent: null,
  roleId: null,
  sessionId: null,
  turn: null,
  path: null,
};

function withoutFolder({ folder: _folder, ...place }: MemoryPlace): MemoryPlace {
  return place;
}
