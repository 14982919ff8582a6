import type { SessionId } from '../../protocol/wire/brand.ts';
import type { WindowFeature } from '../window/window.ts';

/** The other nouns that calling a person builds on. */
export interface AttentionNouns {
  readonly windows: Pick<
    WindowFeature,
    'findNewestEnvironment' | 'listPresent' | 'onDidChangePresence'
  >;
}

/** A session as somebody who is called about it has to know it. */
export interface DescribedSession {
  readonly name: string;
  readonly folder: string | null;
  readonly isPrivate: boolean;
}

export type DescribeSession = (id: SessionId) => DescribedSession | undefined;
