/**
 * A program on pipes, in a host that owns no pty: children of `child_process` inherit the masters of their process, which
 * is why this kind runs in a host of its own.
 */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { constants } from 'node:os';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import { readStartTime } from '../../link/process/process.ts';
import type { Child, ChildExit, ChildSink, Launch } from './child.ts';
import { resolveProgram } from './program.ts';
import { costOfInput, inputQueueMaxBytes } from './ptyWriter.ts';

/** How long after the exit a survivor that holds the output open may keep the exit from being told. */
const lingerMs = 1000;

export const launchPipe: Launch = (request, sink) => {
  const program = resolveProgram(request);
  const child = spawn(program, request.argv.slice(1), {
    cwd: request.cwd,
    env: { ...request.env, PWD: request.cwd },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
  });
  if (child.pid === undefined) {
    child.on('error', ignoreLateError);
    throw new WaggleError('launchFailed', `${program} could not be started.`, {
      fix: 'Check that it is a program for this system.',
    });
  }
  return new PipeProcess(child, child.pid, sink);
};

/** Without a pid the failure was already told; Node reports it once more. */
function ignoreLateError(error: Error): string {
  return errorMessageOf(error);
}

class PipeProcess implements Child {
  readonly pid: number;
  readonly startTime: number;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #sink: ChildSink;
  #queuedBytes = 0;
  #paused = false;
  #exit: ChildExit | undefined;
  #told = false;
  #inputEnded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcessWithoutNullStreams, pid: number, sink: ChildSink) {
    this.pid = pid;
    this.startTime = readStartTime(pid) ?? 0;
    this.#child = child;
    this.#sink = sink;
    child.stdout.on('data', (chunk: Buffer) => sink.onBytes(chunk));
    child.stderr.on('data', (chunk: Buffer) => sink.onErrorBytes(chunk));
    const endInput = (): void => {
      this.#inputEnded = true;
    };
    child.stdin.on('error', endInput).on('close', endInput);
    child.on('exit', (code, signal) => this.#exited(code, signal));
    child.on('close', () => this.#tellExit());
  }

  write(bytes: Uint8Array, delivered: () => void): 'queued' | 'inputFull' | 'ended' {
    if (this.#inputEnded || this.#exit !== undefined) return 'ended';
    const cost = costOfInput(bytes);
    if (this.#queuedBytes + cost > inputQueueMaxBytes) return 'inputFull';
    this.#queuedBytes += cost;
    this.#child.stdin.write(bytes, (error) => {
      this.#queuedBytes -= cost;
      if (!error) delivered();
    });
    return 'queued';
  }

  endInput(): void {
    this.#inputEnded = true;
    this.#child.stdin.end();
  }

  /** Pipes have no size. */
  resize(): void {
    return;
  }

  /** The stream reads by itself as long as it is not paused. */
  drain(): number {
    return 0;
  }

  setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#child.stdout.pause();
    else this.#child.stdout.resume();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      stream.destroy();
    }
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.#inputEnded = true;
    this.#exit = { code, signal: signal === null ? null : constants.signals[signal] };
    this.#armLinger();
  }

  #armLinger(): void {
    this.#timer = setTimeout(() => {
      if (this.#paused) this.#armLinger();
      else this.#tellExit();
    }, lingerMs);
  }

  #tellExit(): void {
    if (this.#told || this.#exit === undefined) return;
    this.#told = true;
    clearTimeout(this.#timer);
    this.#sink.onExit(this.#exit);
  }
}
