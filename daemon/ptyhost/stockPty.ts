/**
 * A program on a pseudo console, on Windows: node-pty's public face behind the same interface. Not tried on Windows yet.
 * The text that node-pty decoded is encoded again, so bytes that are not UTF-8 are lost there.
 */
import type { IPty } from 'node-pty';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import { readStartTime } from '../../link/process/process.ts';
import type { Child, ChildSink, Launch } from './child.ts';
import { createProgramRequire } from './nativePty.ts';
import { resolveProgram } from './program.ts';

export function createStockLaunch(): Launch {
  const nodePty = createProgramRequire()('node-pty') as typeof import('node-pty');
  return (request, sink) => {
    const program = resolveProgram(request);
    const { cols, rows } = request.size;
    try {
      const options = { cols, rows, cwd: request.cwd, env: { ...request.env } };
      return new StockPty(nodePty.spawn(program, request.argv.slice(1), options), sink);
    } catch (error) {
      const message = `The program could not be started: ${errorMessageOf(error)}`;
      throw new WaggleError('launchFailed', message, { cause: error });
    }
  };
}

class StockPty implements Child {
  readonly pid: number;
  readonly startTime: number;
  readonly #pty: IPty;
  #ended = false;

  constructor(pty: IPty, sink: ChildSink) {
    this.pid = pty.pid;
    this.startTime = readStartTime(pty.pid) ?? 0;
    this.#pty = pty;
    pty.onData((text) => sink.onBytes(Buffer.from(text)));
    pty.onExit(({ exitCode, signal }) => {
      this.#ended = true;
      sink.onExit({ code: exitCode, signal: signal ?? null });
    });
  }

  write(bytes: Uint8Array, delivered: () => void): 'queued' | 'ended' {
    if (this.#ended) return 'ended';
    this.#pty.write(Buffer.from(bytes));
    delivered();
    return 'queued';
  }

  endInput(): void {
    if (!this.#ended) this.#pty.write('\u001a\r');
  }

  resize({ cols, rows }: TerminalSize): void {
    if (!this.#ended) this.#pty.resize(cols, rows);
  }

  /** node-pty reads by itself. */
  drain(): number {
    return 0;
  }

  setPaused(paused: boolean): void {
    if (this.#ended) return;
    if (paused) this.#pty.pause();
    else this.#pty.resume();
  }

  dispose(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#pty.kill();
  }
}
