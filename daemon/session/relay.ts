import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { Frame, FrameKind } from '../../protocol/wire/frame.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import type { HostLink } from '../../link/host/host.ts';
import { connectHost } from '../../link/host/host.ts';
import type { Caller, Channel } from '../feature.ts';
import type { ConnectedHost } from '../host/host.ts';

export interface RelayRequest {
  readonly host: ConnectedHost;
  readonly ticket: string;
  readonly caller: Caller;
  readonly cursor: { readonly generation: number; readonly seq: number } | undefined;
}

interface Opened {
  readonly channel: number;
  readonly generation: number;
  readonly start: number;
  readonly liveAt: number;
  readonly size: TerminalSize;
  readonly approximate: boolean;
  readonly lastInput: number;
}

/** What a client may send on a channel; anything else is dropped here, the host would end the connection. */
const upwards: ReadonlySet<FrameKind> = new Set(['input', 'resize', 'ack', 'lease']);

/**
 * One remote viewer: a connection of its own to the host, frames passed both ways unchanged. The host's window to a
 * client is the only queue: while the viewer's socket is full its acknowledgements are held back, so the host stops.
 */
export class Relay implements Disposable {
  readonly opened: Opened;
  readonly #link: HostLink;
  readonly #caller: Caller;
  readonly #owned = new DisposableStore();
  readonly #onDidEnd = new Emitter<void>();
  readonly #channel: Channel;
  #isCongested = false;
  #heldAck: Frame | undefined;

  private constructor(link: HostLink, opened: Opened, caller: Caller) {
    this.#link = link;
    this.opened = opened;
    this.#caller = caller;
    this.#channel = caller.openChannel({
      receive: (frame) => this.#sendUp(frame),
      closed: () => this.dispose(),
    });
    this.#owned.add(this.#channel);
    this.#owned.add(link);
    this.#owned.add(link.onDidClose((error) => this.#end(error.code)));
    this.#owned.add(
      link.onEvent('host/channelClosed', ({ channel, reason }) => {
        if (channel === opened.channel) this.#end(reason);
      }),
    );
    // The answer with the channel's number leaves first; the link keeps frames until somebody listens.
    const start = setImmediate(() => {
      if (this.#owned.isDisposed) return;
      this.#owned.add(link.onFrame(opened.channel, (frame) => this.#sendDown(frame)));
    });
    this.#owned.add({ dispose: () => clearImmediate(start) });
  }

  /** Rejects as connecting and `host/attach` do. */
  static async open({ host, ticket, caller, cursor }: RelayRequest): Promise<Relay> {
    const { socket, clientKey, pid, startTime } = host.file;
    const link = await connectHost({
      socket,
      tokenId: 'client',
      secret: clientKey,
      clientId: caller.clientId,
      kind: 'daemon',
      expected: { pid, startTime },
    });
    try {
      const at = cursor === undefined ? {} : { cursor };
      return new Relay(link, await link.call('host/attach', { ticket, ...at }), caller);
    } catch (error) {
      link.dispose();
      throw error;
    }
  }

  get number(): number {
    return this.#channel.number;
  }

  /** The channel is gone, whoever ended it. */
  get onDidEnd(): Emitter<void>['event'] {
    return this.#onDidEnd.event;
  }

  dispose(): void {
    if (this.#owned.isDisposed) return;
    this.#owned.dispose();
    this.#onDidEnd.fire();
    this.#onDidEnd.dispose();
  }

  #end(reason: string): void {
    if (this.#owned.isDisposed) return;
    this.#caller.notify('session/channelClosed', { channel: this.number, reason });
    this.dispose();
  }

  #sendDown(frame: Frame): void {
    const { channel: _channel, ...rest } = frame;
    if (this.#channel.send(rest) || this.#isCongested) return;
    this.#isCongested = true;
    this.#channel.onceDrained(() => {
      this.#isCongested = false;
      const held = this.#heldAck;
      this.#heldAck = undefined;
      if (held !== undefined) this.#sendUp(held);
    });
  }

  #sendUp(frame: Frame): void {
    if (this.#owned.isDisposed || !upwards.has(frame.kind)) return;
    if (frame.kind === 'ack' && this.#isCongested) {
      this.#heldAck = frame;
      return;
    }
    this.#link.send({ ...frame, channel: this.opened.channel });
  }
}
