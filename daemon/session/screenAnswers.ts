import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { Logger } from '../context.ts';
import type { ScreenMaker } from '../screen/screen.ts';
import type { ScreenQuery } from './answering.ts';
import type { ScreenSource } from './screenReader.ts';
import { readSince, readStored } from './screenReader.ts';

export interface ScreenAsking {
  readonly source: ScreenSource;
  readonly maker: Pick<ScreenMaker, 'ask'>;
  readonly log: Logger;
}

/** What a terminal that shows the session says to these queries; empty when no screen can be had. */
export async function askScreen(
  { source, maker, log }: ScreenAsking,
  queries: readonly ScreenQuery[],
): Promise<readonly (string | undefined)[]> {
  try {
    const stored = await readStored(source);
    const read = await readSince(source, stored?.seq ?? 0);
    const start =
      stored === undefined
        ? { seq: read.seq, size: read.size }
        : { seq: stored.seq, size: stored.size, snapshot: stored.snapshot };
    const questions = queries.map(({ text, end }) => ({ text, end }));
    return await maker.ask({ ...start, pieces: read.pieces, questions });
  } catch (error) {
    const reason = errorMessageOf(error);
    log.info('a query has no answer', {
      ...{ sessionId: source.sessionId, code: errorCodeOf(error), reason },
    });
    return [];
  }
}
