/**
 * What agents use: read from the records that they keep on disk, counted once, summed by session, repository and day, and
 * held against ceilings. Calls no model and nobody's account; what something costs is an estimate.
 */
import type { SessionId } from '../../protocol/wire/brand.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { NeedSource } from '../attention/attention.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature } from '../feature.ts';
import { Ceilings, isAgent } from './ceilings.ts';
import { Counting } from './counting.ts';
import type { UsageNouns } from './nouns.ts';
import { Stopping } from './stopping.ts';
import { createHandlers } from './usage.handlers.ts';

export type { UsageNouns } from './nouns.ts';

export type UsageFeature = Feature<'usage'>;

export function createUsageFeature(context: FeatureContext, nouns: UsageNouns): UsageFeature {
  const { sessions, chats, attention } = nouns;
  const counting = new Counting({ daemon: context, nouns });
  const ceilings = new Ceilings({
    ...{ store: counting.store, sessions, prices: () => counting.prices },
    now: () => context.clock.now(),
  });
  const needs: NeedSource = attention.register({
    kinds: ['notice'],
    answer: ({ sessionId }) => Promise.resolve(stopping.dismiss(sessionId)),
  });
  const stopping = new Stopping({ daemon: context, sessions, chats, needs: () => needs });
  const inBackground = (work: Promise<unknown>): void => {
    work.catch((error: unknown) =>
      context.log.warn('usage was not counted', { reason: errorMessageOf(error) }),
    );
  };
  counting.holdWith(async () => {
    for (const reached of await ceilings.listReached()) await stopping.stop(reached);
  });
  chats.turns.prepareWith(async ({ sessionId }) => {
    const row = sessions.find(sessionId);
    const reached = row && (await ceilings.findReached(row));
    if (reached !== undefined) stopping.tell(reached);
    return reached?.text;
  });
  chats.turns.onDidEnd((turn) => inBackground(counting.countTurn(turn)));
  chats.turns.onDidTellLimits((told) => inBackground(counting.takeLimits(told)));
  const forget = async (id: SessionId): Promise<void> => {
    stopping.dismiss(id);
    const row = sessions.find(id);
    if (row?.private === true && isAgent(row)) await counting.forgetPrivate(row);
    await ceilings.forgetSession(id);
  };
  sessions.forgetWith(forget);
  return {
    noun: 'usage',
    handlers: createHandlers({ counting, ceilings, stopping }),
    async start() {
      const loaded = await counting.load();
      ceilings.load(loaded.ceilings);
      counting.begin(() => ceilings.list().length > 0);
    },
    stop: () => counting.stop(),
    dispose: () => counting.dispose(),
  };
}
