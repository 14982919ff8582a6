/**
 * A program on a pty, on Unix: node-pty's native fork under our own reader and writer. The slave is held open for the
 * session's life, because Node closes the master on EIO, which would hang up a program that only let go of its terminal.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { devNull } from 'node:os';
import { ReadStream } from 'node:tty';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import { readStartTime } from '../../link/process/process.ts';
import type { Child, ChildExit, ChildSink, Launch, LaunchRequest } from './child.ts';
import { plugHoles } from './descriptors.ts';
import type { Flood } from './floodTurns.ts';
import { FloodTurns } from './floodTurns.ts';
import type { ForkedPty, LoadedPty } from './nativePty.ts';
import { resolveProgram } from './program.ts';
import { PtyWriter } from './ptyWriter.ts';

/** One for all sessions: a view of it is used up before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);
/** A read that got this much is worth a further try before the loop goes round. */
const worthAnotherRead = 1024;
/** What can wait in the kernel when a program ends is far less; a survivor that floods must not hold us here. */
const exitDrainBytes = 1024 * 1024;
/** The kernel hands the last bytes over a moment after the exit; looked for again while they still come. */
const settleMs = 2;
const settleRounds = 20;
const lingerMs = 1000;

const openMasters = new Set<number>();

const turns = new FloodTurns();

/** `loaded` comes from `loadNativePty`. */
export function createPtyLaunch(loaded: LoadedPty): Launch {
  return (request, sink) => {
    const program = resolveProgram(request);
    // Never called in this turn: the addon's waiting thread reports through the event loop.
    const forked = fork(loaded, { ...request, program }, (exit) => child.exited(exit));
    const child = new PtyProcess(forked, loaded, sink);
    return child;
  };
}

function fork(
  { native, helperPath }: LoadedPty,
  { argv, cwd, env, size, program }: LaunchRequest & { readonly program: string },
  onExit: (exit: ChildExit) => void,
): ForkedPty {
  const variables = Object.entries({ ...env, PWD: cwd }).map(([name, value]) => `${name}=${value}`);
  const exited = (code: number, signal: number): void =>
    onExit(signal > 0 ? { code: null, signal } : { code, signal: null });
  let unplug: (() => void) | undefined;
  try {
    unplug = plugHoles(Math.max(2, ...openMasters));
    const screen = [size.cols, size.rows, -1, -1, true, helperPath, exited] as const;
    return native.fork(program, argv.slice(1), variables, cwd, ...screen);
  } catch (error) {
    throw toLaunchError(error);
  } finally {
    unplug?.();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** The addon only says that it failed; another look at the multiplexer says why. */
function toLaunchError(error: unknown): WaggleError {
  const code = codeOf(error) ?? codeOf(findPtyFault());
  if (code === 'EMFILE' || code === 'ENFILE') {
    return new WaggleError('limitReached', 'No file descriptor is left for another session.', {
      cause: error,
    });
  }
  if (code === 'ENOSPC' || code === 'EIO') {
    const fix = 'End programs that hold terminals, or raise kernel.pty.max.';
    return new WaggleError('ptyExhausted', undefined, { cause: error, fix });
  }
  const message = `The program could not be started: ${errorMessageOf(error)}`;
  return new WaggleError('launchFailed', message, { cause: error });
}

function findPtyFault(): unknown {
  try {
    // Two, as a fork takes them: master and slave.
    const spare = openSync(devNull, 'r');
    try {
      closeSync(openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY));
    } finally {
      closeSync(spare);
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

class PtyProcess implements Child, Flood {
  readonly pid: number;
  readonly startTime: number;
  readonly #master: number;
  readonly #slave: number;
  readonly #loaded: LoadedPty;
  readonly #sink: ChildSink;
  readonly #stream: ReadStream;
  readonly #writer: PtyWriter;
  #timer: NodeJS.Timeout | undefined;
  #exit: ChildExit | undefined;
  #paused = false;
  #closed = false;

  constructor(forked: ForkedPty, loaded: LoadedPty, sink: ChildSink) {
    this.pid = forked.pid;
    this.startTime = readStartTime(forked.pid) ?? 0;
    this.#master = forked.fd;
    this.#loaded = loaded;
    this.#sink = sink;
    openMasters.add(forked.fd);
    this.#slave = openSync(forked.pty, constants.O_RDWR | constants.O_NOCTTY);
    const onread = {
      buffer: readBuffer,
      callback: (bytesRead: number): boolean => {
        this.#received(bytesRead);
        return true;
      },
    };
    // The types of node:tty do not know what its constructor hands on to net.Socket.
    const Stream = ReadStream as new (fd: number, options: object) => ReadStream;
    this.#stream = new Stream(forked.fd, { onread });
    this.#stream.on('error', () => this.dispose());
    this.#stream.on('close', () => this.dispose());
    this.#writer = new PtyWriter(forked.fd);
    this.#stream.resume();
  }

  write(bytes: Uint8Array, delivered: () => void): 'queued' | 'inputFull' | 'ended' {
    turns.hold();
    return this.#exit === undefined ? this.#writer.write(bytes, delivered) : 'ended';
  }

  /** A terminal has no end of input but the character that its line discipline knows. */
  endInput(): void {
    this.#writer.write(Uint8Array.of(4), noReport);
  }

  resize({ cols, rows }: TerminalSize): void {
    if (this.#closed || this.#exit !== undefined) return;
    this.#loaded.native.resize(this.#master, cols, rows, 0, 0);
  }

  drain(maxBytes: number): number {
    let total = 0;
    while (total < maxBytes) {
      const bytesRead = this.#readOnce();
      if (bytesRead === 0) break;
      total += bytesRead;
      this.#sink.onBytes(readBuffer.subarray(0, bytesRead));
    }
    return total;
  }

  setPaused(paused: boolean): void {
    if (this.#closed) return;
    this.#paused = paused;
    turns.delete(this);
    if (paused) this.#stream.pause();
    else this.#stream.resume();
  }

  exited(exit: ChildExit): void {
    this.#writer.dispose();
    this.#exit = exit;
    this.#settle(settleRounds);
  }

  dispose(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#writer.dispose();
    openMasters.delete(this.#master);
    turns.delete(this);
    this.#stream.destroy();
    closeSync(this.#slave);
  }

  #received(bytesRead: number): void {
    if (bytesRead <= 0) return;
    this.#sink.onBytes(readBuffer.subarray(0, bytesRead));
    if (bytesRead < worthAnotherRead) return turns.release();
    // Read piece by piece: what is read may be what a client cannot keep up with.
    while (!this.#paused && turns.hasTime()) if (this.drain(1) === 0) return;
    if (this.#paused) return;
    this.#stream.pause();
    turns.add(this);
  }

  readOn(): number {
    return this.#paused ? 0 : this.drain(1);
  }

  rest(): void {
    if (!this.#closed && !this.#paused) this.#stream.resume();
  }

  /** 0: nothing waits, or the descriptor is not ours any more. */
  #readOnce(): number {
    if (this.#closed) return 0;
    try {
      return readSync(this.#master, readBuffer, 0, readBuffer.length, null);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') this.dispose();
      return 0;
    }
  }

  /** Looks again while bytes still come, and once more after a look that found none. */
  #settle(rounds: number): void {
    const found = this.drain(exitDrainBytes) > 0;
    if (rounds === 0 || (!found && rounds < settleRounds)) return this.#tellExit();
    this.#timer = setTimeout(() => this.#settle(rounds - 1), settleMs);
  }

  #tellExit(): void {
    if (this.#exit !== undefined) this.#sink.onExit(this.#exit);
    this.setPaused(false);
    this.#timer = setTimeout(() => {
      this.drain(exitDrainBytes);
      this.dispose();
    }, lingerMs);
  }
}

/** For input that nobody waits for. */
function noReport(): void {
  return;
}
