import { WaggleError } from '../../protocol/wire/errors.ts';
import type { CommandContext } from '../context.ts';

/** Where the tools are, and the bearer for them. */
export interface Access {
  readonly url: string;
  readonly bearer: string;
}

/** Gets it anew each time that it is asked: the daemon may be another one by then. */
export type GetAccess = () => Promise<Access>;

/**
 * Inside a session its own token; elsewhere one for the time that this command runs. The owner's is never passed on.
 */
export function createAccess(context: CommandContext, name: string): GetAccess {
  return async () => {
    const link = await context.connect();
    const { identity } = context;
    if (identity === undefined) {
      const made = await link.call('token/createConnector', { name, lifetime: 'connection' });
      return { url: requireUrl(made.url), bearer: made.token };
    }
    const { url } = await link.call('mcp/describe', {});
    const bearer = identity.token.slice(identity.token.indexOf('.') + 1);
    return { url: requireUrl(url), bearer };
  };
}

function requireUrl(url: string | null): string {
  if (url !== null) return url;
  throw new WaggleError('daemonUnreachable', 'The daemon has no port for tools.', {
    fix: 'See why: waggle daemon status',
  });
}
