import type { TerminalSize } from '../../protocol/wire/mark.ts';

/** A screen that the daemon stored; opaque. */
export interface Checkpoint {
  readonly generation: number;
  readonly seq: number;
  readonly size: TerminalSize;
  readonly data: Uint8Array;
  /** Undefined: nobody said. */
  isExact?: boolean;
}
