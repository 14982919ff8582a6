/** How the daemon ends, for who started it; stable. The reason stands as one JSON line on the standard error. */
import type { ErrorCode } from '../protocol/wire/errors.ts';

const exitCodes = {
  ok: 0,
  /** The database was written by a newer version, or is damaged beyond a fresh start. */
  data: 65,
  internal: 70,
  /** Another daemon holds the data directory. */
  locked: 75,
  permissions: 77,
  /** The runtime or the platform cannot run it. */
  unsupported: 78,
} as const;

const byError: Partial<Record<ErrorCode, number>> = {
  newerSchema: exitCodes.data,
  databaseCorrupt: exitCodes.data,
  conflict: exitCodes.locked,
  permissionsTooOpen: exitCodes.permissions,
  runtimeTooOld: exitCodes.unsupported,
  unsupportedPlatform: exitCodes.unsupported,
};

export function exitCodeOf(code: ErrorCode): number {
  return byError[code] ?? exitCodes.internal;
}
