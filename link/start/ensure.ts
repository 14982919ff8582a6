/** Connects to the running daemon or starts one. */
import type { EnsureOptions, EnsureOutcome } from './outcome.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';

/** Never throws for what a person can meet: see `EnsureOutcome`. */
export async function ensureDaemon(options: EnsureOptions): Promise<EnsureOutcome> {
  options.signal?.throwIfAborted();
  return { outcome: 'failed', error: new WaggleError('daemonUnreachable') };
}
