/**
 * One search over everything that is kept: chats, which keep an index of their own, and the output of terminals, whose words
 * are kept here. Of private sessions, and of those that keep no output, nothing is ever read; with the output goes its index.
 */
import type { ChatFeature } from '../chat/chat.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature } from '../feature.ts';
import type { AllSessions } from '../session/session.ts';
import { find, readOutput } from './finding.ts';
import { Indexing } from './indexing.ts';

export interface SearchNouns {
  readonly sessions: AllSessions;
  readonly chats: Pick<ChatFeature, 'search'>;
}

export type SearchFeature = Feature<'search'>;

export function createSearchFeature(
  context: FeatureContext,
  { sessions, chats }: SearchNouns,
): SearchFeature {
  const indexing = new Indexing({ daemon: context, sessions });
  sessions.forgetWith((id) => indexing.forget(id));
  sessions.forgetOutputWith((id) => indexing.forget(id));
  const finding = { sessions, chats, indexing };
  return {
    noun: 'search',
    handlers: {
      'search/find': (params) => find(finding, params),
      'search/readOutput': (params) => readOutput(finding, params),
    },
    async start() {
      await indexing.load();
      indexing.begin();
    },
    stop: () => indexing.stop(),
    dispose: () => indexing.dispose(),
  };
}
