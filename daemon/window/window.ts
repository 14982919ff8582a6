/**
 * Windows of editors, in memory only: the environment that each reported, and what each shows while it is connected.
 * Does not decide what that means.
 */
import type { ClientId } from '../../protocol/wire/brand.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature } from '../feature.ts';
import type { PresentWindow } from './presence.ts';
import { Presence } from './presence.ts';

export type { PresentWindow } from './presence.ts';

export interface WindowFeature extends Feature<'window'> {
  readonly onDidReport: Event<ClientId>;
  /** What a window reported last; undefined when it did not, or long ago. */
  findEnvironment(windowId: ClientId): Readonly<Record<string, string>> | undefined;
  /** What was reported last by any window. */
  findNewestEnvironment(): Readonly<Record<string, string>> | undefined;
  /** Windows that are connected and said what they show; the one that had the focus last comes first. */
  listPresent(): readonly PresentWindow[];
  /** A window shows something else, came or went. */
  readonly onDidChangePresence: Event<void>;
}

/** Windows whose environment is kept; the one that was silent longest gives way. */
const maxWindows = 64;

export function createWindowFeature(context: Pick<FeatureContext, 'publish'>): WindowFeature {
  const environments = new Map<ClientId, Readonly<Record<string, string>>>();
  const reported = new Emitter<ClientId>();
  const presence = new Presence();
  return {
    noun: 'window',
    onDidReport: reported.event,
    findEnvironment: (windowId) => environments.get(windowId),
    findNewestEnvironment: () => [...environments.values()].at(-1),
    listPresent: () => presence.list(),
    onDidChangePresence: presence.onDidChange,
    handlers: {
      'window/reportEnvironment'({ windowId, environment }) {
        environments.delete(windowId);
        environments.set(windowId, environment);
        const [oldest] = environments.keys();
        if (environments.size > maxWindows && oldest !== undefined) environments.delete(oldest);
        reported.fire(windowId);
        context.publish('window/environmentReported', { windowId });
        return {};
      },
      'window/present'(shown, caller) {
        presence.set(shown, caller);
        return {};
      },
    },
    dispose() {
      environments.clear();
      reported.dispose();
      presence.dispose();
    },
  };
}
