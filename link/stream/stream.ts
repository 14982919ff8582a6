/**
 * One session's byte stream, over a host's socket or a channel of the daemon. Delivers every byte once and in order or
 * says which are missing; numbers input so that a repeat after a reconnect is not typed twice; acknowledges. Deliberately
 * shows nothing and parses no terminal sequence.
 */
import { ResumingStream } from './resumingStream.ts';
import type { SessionStream, SessionStreamOptions } from './sessionStream.ts';

export { createHostTransport } from './hostTransport.ts';
export type { HostRoute } from './hostTransport.ts';
export type {
  SessionStream,
  SessionStreamOptions,
  StreamGap,
  StreamOutput,
  StreamSnapshot,
} from './sessionStream.ts';
export type { StreamChannel, StreamCursor, StreamTransport } from './transport.ts';

/**
 * Attaches. Rejects when the first attach fails (`notFound`, `forbidden`, `hostGone`, …); later losses are repaired by
 * reconnecting at the cursor. Add listeners in the turn in which it resolves: nothing is delivered before.
 */
export function openSessionStream(options: SessionStreamOptions): Promise<SessionStream> {
  return ResumingStream.open(options);
}
