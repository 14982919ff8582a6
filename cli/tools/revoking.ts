/** A token that nobody holds any more counts no more. */
import type { HeldToken } from '../../link/access/access.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import type { CommandContext } from '../context.ts';

/** Where no daemon runs it is enough that the token is forgotten: the database knows its hash alone. */
export async function revokeToken(context: CommandContext, { id }: HeldToken): Promise<void> {
  const link = await context.connectIfRunning();
  try {
    await link?.call('token/revokeConnector', { id });
  } catch (error) {
    if (!isRevokedAnyway(errorCodeOf(error))) throw error;
  }
}

/** Unknown to this daemon, or to one that is older; an agent's session may revoke none. */
function isRevokedAnyway(code: string): boolean {
  return code === 'notFound' || code === 'methodNotFound' || code === 'forbidden';
}
