import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';

export interface PersonCommandContext {
  readonly log: Pick<FeatureContext['log'], 'warn'>;
  readonly warnings: FeatureContext['warnings'];
  /** Tests shorten it. */
  readonly limitMs?: number;
}

const usualLimitMs = 10_000;
const runningMax = 8;
const warningKey = 'attention.command';

/**
 * The person's own program that is told of a call: it gets one JSON document on its standard input, without a shell, and
 * what it prints is thrown away. A failure is logged and shown once, until one run succeeds again.
 */
export class PersonCommand implements Disposable {
  readonly #context: PersonCommandContext;
  readonly #running = new Set<ChildProcess>();
  #hasFailed = false;

  constructor(context: PersonCommandContext) {
    this.#context = context;
  }

  run([file, ...args]: readonly string[], document: object): void {
    if (file === undefined) return;
    if (this.#running.size >= runningMax) return this.#fail('too many of it run at once');
    const child = spawn(file, args, {
      stdio: ['pipe', 'ignore', 'ignore'],
      // A group of its own, so that what it starts is ended with it.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#running.add(child);
    const limitMs = this.#context.limitMs ?? usualLimitMs;
    const timer = setTimeout(() => {
      this.#fail(`it took longer than ${limitMs / 1000} s`);
      endGroup(child);
    }, limitMs);
    const end = (reason: string | undefined): void => {
      clearTimeout(timer);
      if (!this.#running.delete(child)) return;
      if (reason !== undefined) this.#fail(reason);
    };
    child.once('error', (error) => end(errorMessageOf(error)));
    child.once('exit', (code, signal) => {
      if (code === 0) this.#succeed();
      end(code === 0 || signal !== null ? undefined : `it ended with ${code}`);
    });
    child.stdin?.on('error', leaveToTheExit);
    child.stdin?.end(`${JSON.stringify(document)}\n`);
  }

  dispose(): void {
    for (const child of this.#running) endGroup(child);
  }

  #fail(reason: string): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#context.log.warn('The command for notices failed', { reason });
    this.#context.warnings.set(warningKey, `Your command for notices failed: ${reason}.`);
  }

  #succeed(): void {
    if (!this.#hasFailed) return;
    this.#hasFailed = false;
    this.#context.warnings.set(warningKey, undefined);
  }
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === 'win32') child.kill('SIGKILL');
  else process.kill(-child.pid, 'SIGKILL');
}

/** It need not read. */
function leaveToTheExit(error: Error): void {
  void error;
}
