/** What a close code of the daemon means. */
import type { ErrorCode } from '../../protocol/wire/errors.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { closeCodes } from '../../protocol/wire/hello.ts';

const meanings: Record<number, readonly [ErrorCode, string]> = {
  [closeCodes.badFrame]: ['badFrame', 'The daemon did not understand this client.'],
  [closeCodes.revoked]: ['unauthenticated', 'The token does not count any more.'],
  [closeCodes.forbidden]: ['forbidden', 'The daemon refused this client.'],
  [closeCodes.tooSlow]: ['limitReached', 'This client read too slowly.'],
  [closeCodes.replaced]: ['conflict', 'Another connection took the place of this one.'],
  [closeCodes.rateLimited]: ['rateLimited', 'Too many requests.'],
  1001: ['stopped', 'The daemon is stopping.'],
};

/** The typed error of a close; `daemonUnreachable` when the connection just broke. */
export function closedError(code: number): WaggleError {
  const [errorCode, message] = meanings[code] ?? [
    'daemonUnreachable',
    'The connection to the daemon is gone.',
  ];
  return new WaggleError(errorCode, message, { details: { closeCode: code } });
}
