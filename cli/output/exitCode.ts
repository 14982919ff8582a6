/** What the command's exit status says; the table stands in docs/cli.md too. */
import type { ErrorCode } from '../../protocol/wire/errors.ts';

export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  unreachable: 4,
  refused: 5,
  ambiguous: 6,
  timedOut: 7,
  impossible: 8,
} as const;

const byError: Partial<Record<ErrorCode, number>> = {
  badRequest: exitCodes.usage,
  notFound: exitCodes.notFound,
  daemonUnreachable: exitCodes.unreachable,
  startLimit: exitCodes.unreachable,
  stopped: exitCodes.unreachable,
  clientTooOld: exitCodes.unreachable,
  versionMismatch: exitCodes.unreachable,
  forbidden: exitCodes.refused,
  leaseDenied: exitCodes.refused,
  permissionsTooOpen: exitCodes.refused,
  unauthenticated: exitCodes.refused,
  untrusted: exitCodes.refused,
};

export function exitCodeOf(code: ErrorCode): number {
  return byError[code] ?? exitCodes.failure;
}
