import { isDeepStrictEqual } from 'node:util';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { FeatureContext } from '../context.ts';
import type { Need, NeedKind } from './needs.ts';
import { compareNeeds } from './needs.ts';

/** What a noun brings for its kinds. `answer` throws a WaggleError when the answer cannot be taken. */
export interface NeedOwner {
  readonly kinds: readonly NeedKind[];
  answer(need: Need, action: string): Promise<void>;
}

/** What clients are not told of an entry, but calling a person depends on. */
export interface NeedFacts {
  /** Who it is about, for a title: the session's name. */
  readonly name: string;
  /** How long the turn took that ended; null when nobody knows. */
  readonly turnMs: number | null;
  /** Where a window is opened that shows it; absolute. */
  readonly folder: string | null;
  /** It was so before this daemon ran: nobody is called for it. */
  readonly isRestored: boolean;
  /** Nothing of it may ever be written. */
  readonly isPrivate?: boolean;
}

/** The hand of one noun on the registry. An entry that did not change is not told again. */
export interface NeedSource {
  put(need: Omit<Need, 'revision'>, facts?: NeedFacts): void;
  remove(id: string): void;
  /** A session is gone for good: resolves when nothing that was told about it is kept. */
  forgetSession(id: SessionId): Promise<void>;
}

/** Who follows what is put and removed, after it holds. */
export interface NeedFollower {
  put(need: Need, facts: NeedFacts | undefined): void;
  removed(id: string): void;
  forgetSession(id: SessionId): Promise<void>;
}

interface Entry {
  readonly need: Need;
  readonly owner: NeedOwner;
}

export class Registry {
  readonly #context: Pick<FeatureContext, 'publish' | 'clock'>;
  readonly #entries = new Map<string, Entry>();
  #follower: NeedFollower | undefined;
  // Revisions go on rising over restarts although nothing is stored.
  #revision: number;

  constructor(context: Pick<FeatureContext, 'publish' | 'clock'>) {
    this.#context = context;
    this.#revision = context.clock.now();
  }

  followWith(follower: NeedFollower): void {
    this.#follower = follower;
  }

  list(): { needs: Need[]; revision: number } {
    const needs = [...this.#entries.values()].map(({ need }) => need).toSorted(compareNeeds);
    return { needs, revision: this.#revision };
  }

  register(owner: NeedOwner): NeedSource {
    return {
      put: (wanted, facts) => this.#put(owner, wanted, facts),
      remove: (id) => this.#remove(id),
      forgetSession: async (id) => this.#follower?.forgetSession(id),
    };
  }

  async answer(id: string, action: string, seen: number): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new WaggleError('notFound', 'Nothing waits there any more.');
    if (entry.need.revision !== seen) throw new WaggleError('conflict');
    if (!entry.need.actions.some((offered) => offered.id === action))
      throw new WaggleError('badRequest', 'This entry does not offer that answer.');
    await entry.owner.answer(entry.need, action);
  }

  clear(): void {
    this.#entries.clear();
  }

  #put(owner: NeedOwner, wanted: Omit<Need, 'revision'>, facts: NeedFacts | undefined): void {
    const before = this.#entries.get(wanted.id)?.need;
    if (before !== undefined && isEqual(before, wanted)) return;
    this.#revision += 1;
    const need = { ...wanted, revision: this.#revision };
    this.#entries.set(wanted.id, { need, owner });
    this.#tell();
    this.#follower?.put(need, facts);
  }

  #remove(id: string): void {
    if (!this.#entries.delete(id)) return;
    this.#revision += 1;
    this.#tell();
    this.#follower?.removed(id);
  }

  #tell(): void {
    this.#context.publish('attention/changed', this.list());
  }
}

function isEqual(before: Need, wanted: Omit<Need, 'revision'>): boolean {
  return isDeepStrictEqual({ ...before, revision: 0 }, { ...wanted, revision: 0 });
}
