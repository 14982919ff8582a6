/** The noun `daemon`: what it says of itself, and the two things an owner may do to it. */
import { protocolVersion } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { FeatureContext, SessionOverview } from '../context.ts';
import type { Feature } from '../feature.ts';
import type { ObservableWarnings } from './warnings.ts';

export interface DaemonFeatureOptions {
  readonly sessions: SessionOverview;
  readonly warnings: ObservableWarnings;
  readonly startedAt: string;
  readonly listening: () => { readonly port: number | null; readonly portNote: string | null };
  readonly clientCount: () => number;
  /** Ends the daemon after the answer has left. */
  readonly requestStop: (reason: string) => void;
  readonly rotateOwner: () => void;
}

export function createDaemonFeature(
  context: FeatureContext,
  options: DaemonFeatureOptions,
): Feature<'daemon'> {
  const { sessions, warnings } = options;
  const subscription = warnings.onDidChange((texts) =>
    context.publish('daemon/warned', { warnings: texts }),
  );
  return {
    noun: 'daemon',
    handlers: {
      'daemon/status': (_params, caller) => {
        caller.subscribe('daemon');
        return {
          id: context.daemonId,
          version: context.version,
          protocol: protocolVersion,
          pid: process.pid,
          startedAt: options.startedAt,
          home: context.paths.home,
          ...options.listening(),
          socket: context.socket,
          logFile: context.paths.logFile,
          runtime: { execPath: process.execPath, node: process.versions.node },
          sessions: sessions.counts(),
          clients: options.clientCount(),
          hosts: [...sessions.hosts()],
          warnings: warnings.list(),
        };
      },
      'daemon/stop': async ({ sessions: fate }) => {
        const killed = fate === 'kill' ? await sessions.killAll() : 0;
        setImmediate(() => options.requestStop('asked by a client'));
        return { killed };
      },
      'daemon/rotateToken': () => {
        try {
          options.rotateOwner();
        } catch (error) {
          throw new WaggleError('internal', 'The token file could not be replaced.', {
            cause: error,
          });
        }
        return {};
      },
    },
    dispose: () => subscription.dispose(),
  };
}
