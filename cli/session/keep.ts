/** `waggle keep`: what stays of a session's output on disk. */
import type { Keep, KeepChange } from '../../protocol/session/keeping.ts';
import { keptOutputs } from '../../protocol/session/keeping.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { findMeant } from './change.ts';

export interface KeepOptions {
  /** Absent: what is kept by default. */
  readonly reference: string | undefined;
  readonly isDefault: boolean;
  readonly output: string | undefined;
  /** A number of days, or `forever`. */
  readonly days: string | undefined;
  /** Mebibytes of one session. */
  readonly size: number | undefined;
}

type KeepWords = Pick<KeepOptions, 'output' | 'days' | 'size'>;

/** Without a choice it only says what is kept. */
export async function keepOutput(context: CommandContext, options: KeepOptions): Promise<number> {
  const { reference, isDefault } = options;
  if ((reference === undefined) !== isDefault)
    throw new CommandError('usage', 'A session, or --default?', 'waggle keep --help');
  const change = parseKeep(options);
  const meant = reference === undefined ? undefined : await findMeant(context, reference);
  const link = meant?.link ?? (await context.connect());
  const { keep } = await link.call('session/keep', {
    ...(meant === undefined ? {} : { sessionId: meant.session.id }),
    ...(change === undefined ? {} : { change }),
  });
  const whose = meant === undefined ? 'By default' : `Of "${toPlainLine(meant.session.name)}"`;
  context.output.result({ keep }, () => [`${whose} ${describeKeep(keep)}.`]);
  return exitCodes.ok;
}

/** Throws CommandError `usage` for what is none. */
export function parseKeep({ output, days, size }: KeepWords): KeepChange | undefined {
  const kind = keptOutputs.find((known) => known === output);
  if (output !== undefined && kind === undefined)
    throw new CommandError('usage', 'What is kept is none, tail or full.', 'waggle keep --help');
  if (days !== undefined && days !== 'forever' && !/^[1-9]\d{0,4}$/.test(days))
    throw new CommandError('usage', 'Days are a number from 1, or forever.', 'waggle keep --help');
  if (size === 0) throw new CommandError('usage', 'The size is at least 1 MiB.');
  if (kind === undefined && days === undefined && size === undefined) return undefined;
  return {
    ...(kind === undefined ? {} : { output: kind }),
    ...(days === undefined ? {} : { days: days === 'forever' ? null : Number(days) }),
    ...(size === undefined ? {} : { bytes: size * 1024 * 1024 }),
  };
}

/** `the newest 64 MiB of output are kept for 90 days`. */
export function describeKeep({ output, days, bytes }: Keep): string {
  if (output === 'none') return 'no output is kept';
  const what =
    output === 'full'
      ? 'all output is kept'
      : `the newest ${Math.round((bytes / 1024 / 1024) * 100) / 100} MiB of output are kept`;
  return days === null ? what : `${what} for ${days} ${days === 1 ? 'day' : 'days'}`;
}
