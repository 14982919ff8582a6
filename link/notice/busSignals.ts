import type { ChildProcess } from 'node:child_process';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { clickAction, gdbusMonitor } from './commandLine.ts';
import { start } from './run.ts';

/** What became of a notice, by the number that the bus gave it. */
export interface BusSignal {
  readonly id: number;
  readonly name: 'clicked' | 'closed';
}

type Listener = (signal: BusSignal) => void;

interface Monitor {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
}

const lineMaxChars = 16_384;

/** Hears what is clicked on a session's bus, in one process that lives as long as anybody listens. */
export class BusSignals implements Disposable {
  readonly #listeners = new Set<Listener>();
  #monitor: Monitor | undefined;

  /** `ready`: nothing that is shown from then on can be clicked unheard. */
  listen(
    env: NodeJS.ProcessEnv,
    onSignal: Listener,
  ): Disposable & { readonly ready: Promise<void> } {
    const listener: Listener = (signal) => onSignal(signal);
    this.#listeners.add(listener);
    this.#monitor ??= this.#begin(env);
    return {
      ready: this.#monitor.ready,
      dispose: () => {
        this.#listeners.delete(listener);
        if (this.#listeners.size === 0) this.#end();
      },
    };
  }

  dispose(): void {
    this.#listeners.clear();
    this.#end();
  }

  #begin(env: NodeJS.ProcessEnv): Monitor {
    const child = start(gdbusMonitor(), env);
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(-lineMaxChars);
      // Its second line says who owns the name: it listens by then.
      if (lines.some((line) => /is owned by|does not have an owner/.test(line))) resolve();
      for (const signal of lines.flatMap(parseSignal))
        for (const listener of [...this.#listeners]) listener(signal);
    });
    // Without it nothing is clicked; what is shown is shown all the same.
    child.once('error', () => resolve());
    child.once('exit', () => {
      resolve();
      if (this.#monitor?.child === child) this.#monitor = undefined;
    });
    return { child, ready };
  }

  #end(): void {
    this.#monitor?.child.kill('SIGKILL');
    this.#monitor = undefined;
  }
}

const signalPattern =
  /org\.freedesktop\.Notifications\.(ActionInvoked|NotificationClosed) \((?:uint32 )?(\d+), (.*)\)$/;

export function parseSignal(line: string): BusSignal[] {
  const [, member, id, value] = signalPattern.exec(line) ?? [];
  if (member === 'NotificationClosed') return [{ id: Number(id), name: 'closed' }];
  const isClick = member === 'ActionInvoked' && value === `'${clickAction}'`;
  return isClick ? [{ id: Number(id), name: 'clicked' }] : [];
}
