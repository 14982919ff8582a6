import { Emitter } from '../../protocol/wire/emitter.ts';
import type { WaggleError } from '../../protocol/wire/errors.ts';
import type { ExitMark, LeaseMark, TerminalSize } from '../../protocol/wire/mark.ts';
import type { StreamGap, StreamOutput, StreamSnapshot, StreamState } from './sessionStream.ts';
import type { StreamCursor } from './transport.ts';

/** What a stream tells its listeners. */
export class StreamEvents {
  readonly outputs = new Emitter<StreamOutput>();
  readonly resizes = new Emitter<StreamCursor & { readonly size: TerminalSize }>();
  readonly gaps = new Emitter<StreamGap>();
  readonly snapshots = new Emitter<StreamSnapshot>();
  readonly exits = new Emitter<StreamCursor & { readonly exit: ExitMark }>();
  readonly leases = new Emitter<LeaseMark>();
  readonly lives = new Emitter<StreamCursor>();
  readonly states = new Emitter<StreamState>();
  readonly closes = new Emitter<WaggleError>();

  dispose(): void {
    const screen = [this.outputs, this.resizes, this.gaps, this.snapshots, this.lives];
    for (const emitter of [...screen, this.exits, this.leases, this.states, this.closes])
      emitter.dispose();
  }
}
