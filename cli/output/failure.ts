/** Failures that only the command itself can meet, and how any failure is told. */
import type { ErrorCode } from '../../protocol/wire/errors.ts';
import { errorMessageOf, WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { exitCodeOf, exitCodes } from './exitCode.ts';

type CommandFault = 'usage' | 'ambiguous' | 'noTerminal';

/** Wrong use of the command; never crosses to another process. */
export class CommandError extends Error {
  readonly code: CommandFault;
  readonly fix: string | undefined;

  constructor(code: CommandFault, message: string, fix?: string) {
    super(message);
    this.name = 'CommandError';
    this.code = code;
    this.fix = fix;
  }
}

export interface Failure {
  readonly code: ErrorCode | CommandFault;
  readonly message: string;
  readonly fix?: string;
  readonly logId?: string;
  readonly exitCode: number;
}

/** What a person or a script is told of any thrown value. */
export function toFailure(error: unknown): Failure {
  if (error instanceof CommandError) {
    const exitCode = error.code === 'ambiguous' ? exitCodes.ambiguous : exitCodes.usage;
    return { code: error.code, message: error.message, ...fixOf(error), exitCode };
  }
  if (error instanceof WaggleError) {
    return {
      code: error.code,
      message: error.message,
      ...fixOf(error),
      ...(error.logId === undefined ? {} : { logId: error.logId }),
      exitCode: exitCodeOf(error.code),
    };
  }
  return { code: 'internal', message: errorMessageOf(error), exitCode: exitCodes.failure };
}

function fixOf({ fix }: { readonly fix: string | undefined }): { fix?: string } {
  return fix === undefined ? {} : { fix };
}

/** `waggle: <sentence> [<code>]`, then what to do about it. */
export function failureText(failure: Failure): string {
  const log = failure.logId === undefined ? '' : `, log ${failure.logId}`;
  const lines = [`waggle: ${toPlainLine(failure.message, 1000)} [${failure.code}${log}]`];
  if (failure.fix !== undefined) lines.push(`  To fix: ${toPlainLine(failure.fix, 1000)}`);
  return `${lines.join('\n')}\n`;
}
