/**
 * Windows of editors: the environment that each reported, in memory only. Does not know which window shows what.
 */
import type { ClientId } from '../../protocol/wire/brand.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature } from '../feature.ts';

export interface WindowFeature extends Feature<'window'> {
  readonly onDidReport: Event<ClientId>;
  /** What a window reported last; undefined when it did not, or long ago. */
  findEnvironment(windowId: ClientId): Readonly<Record<string, string>> | undefined;
}

/** Windows whose environment is kept; the one that was silent longest gives way. */
const maxWindows = 64;

export function createWindowFeature(context: Pick<FeatureContext, 'publish'>): WindowFeature {
  const environments = new Map<ClientId, Readonly<Record<string, string>>>();
  const reported = new Emitter<ClientId>();
  return {
    noun: 'window',
    onDidReport: reported.event,
    findEnvironment: (windowId) => environments.get(windowId),
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
      'window/present': () => ({}),
    },
    dispose() {
      environments.clear();
      reported.dispose();
    },
  };
}
