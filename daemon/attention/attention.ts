/**
 * Needs you: the registry of what waits for a person. Other nouns register kinds and put entries; this one ranks, lists
 * and passes answers on. Keeps nothing on disk: whoever put an entry can put it again.
 */
import { isDeepStrictEqual } from 'node:util';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature } from '../feature.ts';
import type { Need, NeedKind } from './needs.ts';
import { createCallingHandlers } from './calling.ts';
import type { Explainer } from './explaining.ts';
import { Explaining } from './explaining.ts';
import { compareNeeds } from './needs.ts';

export type { Explainer } from './explaining.ts';
export type { Need, NeedKind } from './needs.ts';

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
}

/** The hand of one noun on the registry. An entry that did not change is not told again. */
export interface NeedSource {
  put(need: Omit<Need, 'revision'>, facts?: NeedFacts): void;
  remove(id: string): void;
}

export interface AttentionFeature extends Feature<'attention'> {
  register(owner: NeedOwner): NeedSource;
  /** Who answers `attention/why` and takes what hooks report. */
  explainWith(explainer: Explainer): void;
}

interface Entry {
  readonly need: Need;
  readonly facts: NeedFacts | undefined;
  readonly owner: NeedOwner;
}

export function createAttentionFeature(
  context: Pick<FeatureContext, 'publish' | 'clock'>,
): AttentionFeature {
  const entries = new Map<string, Entry>();
  // Revisions go on rising over restarts although nothing is stored.
  let revision = context.clock.now();

  const list = (): { needs: Need[]; revision: number } => ({
    needs: [...entries.values()].map(({ need }) => need).toSorted(compareNeeds),
    revision,
  });
  const tell = (): void => context.publish('attention/changed', list());

  function register(owner: NeedOwner): NeedSource {
    return {
      put(wanted, facts) {
        const before = entries.get(wanted.id)?.need;
        if (before !== undefined && isEqual(before, wanted)) return;
        revision += 1;
        entries.set(wanted.id, { need: { ...wanted, revision }, facts, owner });
        tell();
      },
      remove(id) {
        if (!entries.delete(id)) return;
        revision += 1;
        tell();
      },
    };
  }

  const explaining = new Explaining();
  return {
    noun: 'attention',
    register,
    explainWith: (explainer) => explaining.explainWith(explainer),
    handlers: {
      ...explaining.handlers,
      ...createCallingHandlers(),
      'attention/list': list,
      'attention/subscribe'(_params, caller) {
        caller.subscribe('attention');
        return list();
      },
      async 'attention/answer'({ id, action, revision: seen }) {
        const entry = entries.get(id);
        if (entry === undefined) throw new WaggleError('notFound', 'Nothing waits there any more.');
        if (entry.need.revision !== seen) throw new WaggleError('conflict');
        if (!entry.need.actions.some((offered) => offered.id === action))
          throw new WaggleError('badRequest', 'This entry does not offer that answer.');
        await entry.owner.answer(entry.need, action);
        return {};
      },
    },
    dispose() {
      entries.clear();
    },
  };
}

function isEqual(before: Need, wanted: Omit<Need, 'revision'>): boolean {
  return isDeepStrictEqual({ ...before, revision: 0 }, { ...wanted, revision: 0 });
}
