/**
 * The closed union of failures that may cross a folder, a process or the wire. A failure that is an expected outcome is a
 * return value instead; anything that is not a WaggleError becomes `internal` at the gateway, with a log id and no stack.
 */
/** Every code a client may meet, with the sentence a person reads when nothing better is known. */
export const errorCatalog = {
  badFrame: 'The bytes received are not a valid frame.',
  badRequest: 'The request does not have the expected shape.',
  busy: 'The database is locked by another program.',
  clientTooOld: 'The running daemon is newer and does not speak this version any more.',
  commandNotFound: 'The program was not found.',
  conflict: 'Somebody else changed it in the meantime.',
  daemonUnreachable: 'The Waggle daemon cannot be reached.',
  databaseCorrupt: 'The database is damaged.',
  directoryMissing: 'The working directory does not exist.',
  diskFull: 'The disk is full.',
  forbidden: 'This token does not allow that.',
  hostGone: 'The process that held the session is gone.',
  inputFull: 'The program does not read its input; nothing more was accepted.',
  internal: 'Something failed inside Waggle.',
  launchFailed: 'The program could not be started.',
  leaseDenied: 'Another window is typing.',
  limitReached: 'A limit is reached.',
  methodNotFound: 'This version does not know the method.',
  newerSchema: 'The database was written by a newer Waggle.',
  notFound: 'It does not exist.',
  notRunning: 'The session has ended.',
  permissionsTooOpen: 'Files of Waggle can be read or changed by others.',
  ptyExhausted: 'The system has no free terminal.',
  rateLimited: 'Too many requests.',
  runtimeTooOld: 'This runtime is too old.',
  startLimit: 'The daemon ended too often and is not started again.',
  stopped: 'The daemon is stopping.',
  timeout: 'It took too long.',
  unauthenticated: 'The token is missing or wrong.',
  unsupportedPlatform: 'This platform is not supported.',
  untrusted: 'The folder is not trusted.',
  versionMismatch: 'The two sides speak different versions.',
} as const;

export type ErrorCode = keyof typeof errorCatalog;

export interface WaggleErrorOptions {
  readonly cause?: unknown;
  readonly fix?: string;
  readonly logId?: string;
  readonly details?: Record<string, unknown>;
}

/** A failure with a code of the catalog. `message` is written for a person and holds no secret and no terminal bytes. */
export class WaggleError extends Error {
  readonly code: ErrorCode;
  readonly fix: string | undefined;
  readonly logId: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(
    code: ErrorCode,
    message: string = errorCatalog[code],
    options: WaggleErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WaggleError';
    this.code = code;
    this.fix = options.fix;
    this.logId = options.logId;
    this.details = options.details;
  }
}

/** The code of any thrown value; what is not ours is `internal`. */
export function errorCodeOf(error: unknown): ErrorCode {
  return error instanceof WaggleError ? error.code : 'internal';
}

/** The message of any thrown value, without a stack. */
export function errorMessageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `Failed to attach session s-12: …`, keeping code, fix and cause of the original. */
export function wrapError(doing: string, error: unknown): WaggleError {
  if (!(error instanceof WaggleError)) {
    return new WaggleError('internal', `Failed to ${doing}: ${errorMessageOf(error)}`, {
      cause: error,
    });
  }
  return new WaggleError(error.code, `Failed to ${doing}: ${error.message}`, {
    cause: error,
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    ...(error.logId === undefined ? {} : { logId: error.logId }),
    ...(error.details === undefined ? {} : { details: error.details }),
  });
}
