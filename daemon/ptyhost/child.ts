/** What runs behind a session, whichever way it was started. */
import type { TerminalSize } from '../../protocol/wire/mark.ts';

export interface ChildExit {
  readonly code: number | null;
  /** Number of the signal that ended it. */
  readonly signal: number | null;
}

/** Where a child's life is told. `view` is valid only during the call. */
export interface ChildSink {
  onBytes(view: Uint8Array): void;
  /** Standard error of a child with pipes. */
  onErrorBytes(view: Uint8Array): void;
  /** Once, after the last byte that could be read then; more may follow for a second. */
  onExit(exit: ChildExit): void;
}

export interface LaunchRequest {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly size: TerminalSize;
}

export interface Child {
  readonly pid: number;
  /** As `link/process` reads it; 0 when the process was gone before it could be read. */
  readonly startTime: number;
  /** `delivered` is called when the kernel took the bytes. Nothing of a refused write is kept. */
  write(bytes: Uint8Array, delivered: () => void): 'queued' | 'inputFull' | 'ended';
  endInput(): void;
  resize(size: TerminalSize): void;
  /** Reads what waits in the kernel now, at most about `maxBytes`; returns how much. */
  drain(maxBytes: number): number;
  setPaused(paused: boolean): void;
  /** Lets go of every descriptor. The process is not signalled. */
  dispose(): void;
}

/** Starts a child, or throws `commandNotFound`, `directoryMissing`, `ptyExhausted`, `launchFailed`, `limitReached`. */
export type Launch = (request: LaunchRequest, sink: ChildSink) => Child;
