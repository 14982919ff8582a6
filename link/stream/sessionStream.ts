/** What a SessionStream is to its users: events in the order of the stream, and what one can say to the session. */
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import type { WaggleError } from '../../protocol/wire/errors.ts';
import type { ExitMark, InputOutcome, LeaseMark, TerminalSize } from '../../protocol/wire/mark.ts';
import type { StreamCursor, StreamTransport } from './transport.ts';

export interface SessionStreamOptions {
  readonly transport: StreamTransport;
  /** `observe` streams neither ask for the lease nor send a size. */
  readonly right: 'write' | 'observe';
  /** Where to resume; absent: the checkpoint and what follows, or all that the ring holds. */
  readonly cursor?: StreamCursor;
  /** Size of our screen, sent at each attach of a `write` stream. */
  readonly size?: TerminalSize;
  /** Interactive clients may hold the program back for 250 ms in all; background ones never. */
  readonly pace?: 'interactive' | 'background';
  /** `manual`: the caller says with `acknowledge` what it has shown; at most 1 MiB comes unacknowledged. */
  readonly acknowledge?: 'automatic' | 'manual';
  readonly signal?: AbortSignal;
}

/** `connected` again after `reconnecting`; `closed` is final and carries the reason in `onClosed`. */
export type StreamState = 'connected' | 'reconnecting' | 'closed';

/** `bytes` is valid only during the call unless copied. */
export interface StreamOutput extends StreamCursor {
  readonly bytes: Uint8Array;
}

/** Bytes from `from` to before `to` are missing. `generation` differs from the last one after a restart. */
export interface StreamGap {
  readonly generation: number;
  readonly from: number;
  readonly to: number;
}

/** A stored screen at `seq`, to be shown on a cleared terminal of `size`; opaque, as the daemon made it. */
export interface StreamSnapshot extends StreamCursor {
  readonly size: TerminalSize;
  readonly bytes: Uint8Array;
}

/**
 * All events fire in the order of the stream. Nothing fires before the first listener of `onOutput` was added in the same
 * turn as `openSessionStream` resolved.
 */
export interface SessionStream extends Disposable {
  readonly state: StreamState;
  /** Next seq expected. */
  readonly cursor: StreamCursor;
  /** Below this seq output is a replay: replies to terminal queries must be swallowed. What comes after a cut is none. */
  readonly liveAt: number;
  readonly size: TerminalSize;
  readonly lease: LeaseMark;
  /** The first screen cannot be exact: output outran the checkpoint. */
  readonly approximate: boolean;
  readonly exit: ExitMark | undefined;

  readonly onOutput: Event<StreamOutput>;
  readonly onResize: Event<StreamCursor & { readonly size: TerminalSize }>;
  readonly onGap: Event<StreamGap>;
  readonly onSnapshot: Event<StreamSnapshot>;
  readonly onExit: Event<StreamCursor & { readonly exit: ExitMark }>;
  readonly onLease: Event<LeaseMark>;
  readonly onLive: Event<StreamCursor>;
  readonly onState: Event<StreamState>;
  /** Fires once; the reason's code is `hostGone`, `notFound` (collected), `forbidden` (revoked) or `stopped` (disposed). */
  readonly onClosed: Event<WaggleError>;

  /**
   * Resolves when the host answered: `delivered` = the kernel took all of it for the program. Input larger than a frame
   * goes in parts; the first part that was not delivered decides. `ended` also when the stream closed first.
   */
  write(bytes: Uint8Array): Promise<InputOutcome>;
  /** Our size; it becomes the session's while we hold the lease. */
  resize(size: TerminalSize): void;
  acquire(): void;
  /** A person looks at this one now: ours also when their other window, which has the lease, has been silent for 3 s. */
  focus(): void;
  /** Takes the lease from whoever holds it. */
  take(): void;
  release(): void;
  /** With manual acknowledgement: everything before `seq` is done with. */
  acknowledge(seq: number): void;
}
