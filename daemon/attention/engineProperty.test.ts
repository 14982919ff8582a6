import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { settingsAtFirst } from './choices.ts';
import type { CallAction, CallOutcome, CallState, Matter } from './engine.ts';
import { createCallState, findDue, reduce } from './engine.ts';
import { needKinds } from '../../protocol/attention/attention.ts';

const sessions = [1, 2, 3].map(
  (number) => `00000000-0000-4000-8000-00000000000${number}` as SessionId,
);

type Step =
  | { readonly type: 'act'; readonly action: CallAction }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'jump'; readonly ms: number };

const arbitrarySession = fc.constantFrom(...sessions);
const arbitraryMatter: fc.Arbitrary<Matter> = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  kind: fc.constantFrom(...needKinds),
  sessionId: arbitrarySession,
  since: fc.constantFrom('1', '2', '3', '4', '5'),
  title: fc.constant('title'),
  text: fc.constant('text'),
  turnMs: fc.constantFrom(null, 100, 100_000),
  isRestored: fc.boolean(),
  isPrivate: fc.boolean(),
});

const arbitraryStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: arbitraryMatter.map((matter) => act({ type: 'put', matter })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('a', 'b', 'c', 'd').map((id) => act({ type: 'removed', id })),
  },
  {
    weight: 2,
    arbitrary: fc.subarray(sessions).map((visible) =>
      act({
        type: 'reached',
        reach: { visible: new Set(visible), hasWindow: true, hasSystem: true },
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.option(arbitrarySession, { nil: null }).chain((sessionId) =>
      fc.boolean().map((isMuted) =>
        act({
          type: 'configured',
          settings: settingsAtFirst,
          mutes: isMuted ? [{ sessionId, until: null }] : [],
        }),
      ),
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(0, 1, 100, 199, 200, 4999, 5000, 30_000, 60_000)
      .map((ms): Step => ({ type: 'wait', ms })),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: -1e9, max: 1e9 }).map((ms): Step => ({ type: 'jump', ms })),
  },
);

function act(action: CallAction): Step {
  return { type: 'act', action };
}

interface Told {
  readonly outcome: CallOutcome;
  readonly atMs: number;
  /** After it. */
  readonly state: CallState;
}

/** Plays the steps with a timer that is sometimes late: a wait ends where it ends, due or not. */
function play(steps: readonly Step[]): Told[] {
  const told: Told[] = [];
  let state = createCallState(settingsAtFirst, []);
  let [monotonicMs, wallMs] = [0, 1_800_000_000_000];
  const apply = (action: CallAction): void => {
    const reduced = reduce(state, action, { monotonicMs, wallMs, minute: 720 });
    state = reduced.state;
    for (const outcome of reduced.outcomes) told.push({ outcome, atMs: monotonicMs, state });
  };
  const all = [
    ...steps,
    ...Array.from({ length: 4 }, () => ({ type: 'wait', ms: 70_000 }) as const),
  ];
  for (const step of all) {
    if (step.type === 'jump') wallMs += step.ms;
    else if (step.type === 'act') apply(step.action);
    else {
      monotonicMs += step.ms;
      wallMs += step.ms;
      apply({ type: 'passed' });
    }
  }
  assert.equal(findDue(state), null, 'nothing waits for ever');
  return told;
}

describe('any sequence of events', () => {
  it('never calls twice for a session within its cool-down, and never for a visible one', () => {
    fc.assert(
      fc.property(fc.array(arbitraryStep, { maxLength: 60 }), (steps) => {
        const lastMs = new Map<string, number>();
        for (const { outcome, atMs, state } of play(steps)) {
          if (outcome.type !== 'called') continue;
          const called = new Set(outcome.matters.map(({ sessionId }) => sessionId ?? ''));
          for (const id of called) {
            assert.ok(atMs - (lastMs.get(id) ?? -Infinity) >= settingsAtFirst.coolDownMs);
            assert.ok([...state.reach.visible].every((visible) => visible !== id));
            lastMs.set(id, atMs);
          }
        }
      }),
    );
  });

  it('ends each need as called, silenced with a reason, gone before its time, or from before', () => {
    fc.assert(
      fc.property(fc.array(arbitraryStep, { maxLength: 60 }), (steps) => {
        const decided = new Map<Matter, number>();
        for (const { outcome } of play(steps)) {
          const matters =
            outcome.type === 'called'
              ? outcome.matters
              : outcome.type === 'silenced'
                ? [outcome.matter]
                : [];
          for (const matter of matters) decided.set(matter, (decided.get(matter) ?? 0) + 1);
        }
        assert.ok(
          [...decided.values()].every((times) => times === 1),
          'each once at most',
        );
        assert.ok([...decided.keys()].every(({ isRestored }) => !isRestored));
        for (const matter of stayingOf(steps)) {
          const isDecided = [...decided.keys()].some(({ id, since, kind }) =>
            [id === matter.id, since === matter.since, kind === matter.kind].every(Boolean),
          );
          assert.ok(isDecided || matter.isRestored, `${matter.id} was forgotten`);
        }
      }),
    );
  });
});

/** What nobody took back: the last occurrence of each id, as it was first put. */
function stayingOf(steps: readonly Step[]): Matter[] {
  const staying = new Map<string, Matter>();
  for (const step of steps) {
    if (step.type !== 'act') continue;
    const { action } = step;
    if (action.type === 'removed') staying.delete(action.id);
    if (action.type !== 'put') continue;
    const { matter } = action;
    const known = staying.get(matter.id);
    const isSame = known?.kind === matter.kind && known.since === matter.since;
    if (!isSame) staying.set(matter.id, matter);
  }
  return [...staying.values()];
}
