/** A transport whose connection a test can break at any moment, as a network does. */
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { StreamChannel, StreamTransport } from '../../link/stream/stream.ts';

export class CuttableTransport implements StreamTransport {
  readonly #inner: StreamTransport;
  #open: { readonly channel: StreamChannel; readonly closed: Emitter<WaggleError> } | undefined;
  cuts = 0;

  constructor(inner: StreamTransport) {
    this.#inner = inner;
  }

  async open(request: Parameters<StreamTransport['open']>[0]): Promise<StreamChannel> {
    const channel = await this.#inner.open(request);
    const closed = new Emitter<WaggleError>();
    const forwarding: Disposable = channel.onDidClose((reason) => closed.fire(reason));
    this.#open = { channel, closed };
    return {
      opened: channel.opened,
      onFrame: (listener) => channel.onFrame(listener),
      onDidClose: closed.event,
      send: (frame) => channel.send(frame),
      dispose() {
        forwarding.dispose();
        channel.dispose();
      },
    };
  }

  isFinal(error: WaggleError): boolean {
    return this.#inner.isFinal(error);
  }

  /** Breaks the connection; what was on its way in either direction may be lost. False while there is none. */
  cut(): boolean {
    const open = this.#open;
    if (open === undefined) return false;
    this.#open = undefined;
    this.cuts += 1;
    open.channel.dispose();
    open.closed.fire(new WaggleError('hostGone', 'Cut by the test.'));
    return true;
  }
}
