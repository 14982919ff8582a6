/** What a SessionStream needs of the connection below it, so that a host's socket and a daemon's channel look alike. */
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { Event, Listener } from '../../protocol/wire/emitter.ts';
import type { WaggleError } from '../../protocol/wire/errors.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';

/** A position in the output of one generation of a session. */
export interface StreamCursor {
  readonly generation: number;
  readonly seq: number;
}

/** What the other side said when the channel opened; the common part of `host/attach` and `session/attach`. */
export interface OpenedChannel {
  readonly generation: number;
  /** Seq of the first byte that will come. */
  readonly start: number;
  readonly liveAt: number;
  readonly size: TerminalSize;
  readonly approximate?: boolean;
  /** Highest input number that the host knows of this client. */
  readonly lastInput?: number;
}

/** A frame without its channel, which the transport fills in. */
export type StreamFrame = Partial<Omit<Frame, 'channel'>> & Pick<Frame, 'kind'>;

/** An open channel. `dispose` detaches. Frames that come before the first listener must be kept for it. */
export interface StreamChannel extends Disposable {
  readonly opened: OpenedChannel;
  onFrame(listener: Listener<Frame>): Disposable;
  /** Fires once when the channel is gone. A code for which `isFinal` holds ends the stream. */
  readonly onDidClose: Event<WaggleError>;
  send(frame: StreamFrame): boolean;
}

export interface StreamTransport {
  /** Opens a channel. Called again with the cursor after each loss. */
  open(request: {
    readonly cursor?: StreamCursor;
    readonly pace: 'interactive' | 'background';
    readonly signal: AbortSignal;
  }): Promise<StreamChannel>;
  /** Whether a failure to open, or the reason of a close, makes another attempt pointless. */
  isFinal(error: WaggleError): boolean;
}
