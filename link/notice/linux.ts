import type { ChildProcess } from 'node:child_process';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { toDisposable } from '../../protocol/wire/disposable.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { BusSignals } from './busSignals.ts';
import { clickAction, gdbusClose, gdbusNotify, notifySend } from './commandLine.ts';
import { findProgram } from './desktop.ts';
import type { NotifierOptions, SystemNotice } from './systemNotice.ts';
import { runOnce, start } from './run.ts';

/** `notify-send` of 0.8 answers clicks, an older one only shows; `gdbus` can do everything, in two processes. */
type Way = 'answering' | 'gdbus' | 'showing' | 'none';

/** It closes its notice when it is interrupted. */
const closeLimitMs = 2000;
const lineMaxChars = 4096;

/** Notices of a freedesktop system, through the session's bus. */
export class Linux implements Disposable {
  readonly #options: NotifierOptions;
  readonly #signals: BusSignals;
  /** What the programs on a PATH can do. */
  readonly #ways = new Map<string, Promise<Way>>();

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#signals = new BusSignals();
  }

  raise(notice: SystemNotice, onOpen: () => void): Disposable {
    const env = { ...this.#options.findDesktop().env, LC_ALL: 'C.UTF-8' };
    let isClosed = false;
    let close = (): void => undefined;
    const raised = this.#findWay(env).then((way) => {
      if (isClosed) return;
      close = this.#raiseBy(way, { notice, onOpen, env });
    });
    raised.catch((error: unknown) => this.#fail(error));
    return toDisposable(() => {
      isClosed = true;
      close();
    });
  }

  dispose(): void {
    this.#signals.dispose();
  }

  #raiseBy(way: Way, wish: Wish): () => void {
    if (way === 'none') this.#fail(new Error('Neither notify-send nor gdbus is on PATH'));
    if (way === 'gdbus') return this.#raiseByBus(wish);
    return way === 'none' ? () => undefined : this.#raiseBySending(wish, way === 'answering');
  }

  /** With an answer the program stays until the notice is gone. */
  #raiseBySending({ notice, onOpen, env }: Wish, canAnswer: boolean): () => void {
    const child = start(notifySend(notice, canAnswer), env);
    let line = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      line = (line + text).slice(-lineMaxChars);
    });
    child.once('error', (error) => this.#fail(error));
    child.once('close', (code, signal) => {
      if (code !== 0 && signal === null) this.#fail(new Error(`notify-send ended with ${code}`));
      else if (line.split('\n').includes(clickAction)) onOpen();
    });
    return () => this.#interrupt(child);
  }

  #interrupt(child: ChildProcess): void {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGKILL'), closeLimitMs).unref();
  }

  #raiseByBus({ notice, onOpen, env }: Wish): () => void {
    let id: number | undefined;
    let isClosed = false;
    const listening = this.#signals.listen(env, (signal) => {
      if (signal.id !== id) return;
      // Whoever clicked it has closed it, too.
      id = undefined;
      listening.dispose();
      if (signal.name === 'clicked' && !isClosed) onOpen();
    });
    const close = (): void => {
      if (id === undefined) return;
      runOnce(gdbusClose(id), env).catch((error: unknown) => this.#fail(error));
    };
    const shown = listening.ready
      .then(() => runOnce(gdbusNotify(notice), env))
      .then((reply) => {
        const found = /\(uint32 (\d+),\)/.exec(reply)?.[1];
        if (found === undefined) throw new Error('gdbus gave no number of the notice');
        id = Number(found);
        if (isClosed) close();
      });
    shown.catch((error: unknown) => {
      listening.dispose();
      this.#fail(error);
    });
    return () => {
      isClosed = true;
      listening.dispose();
      close();
    };
  }

  #findWay(env: NodeJS.ProcessEnv): Promise<Way> {
    const path = env['PATH'] ?? '';
    const way = this.#ways.get(path) ?? lookForWay(env);
    this.#ways.set(path, way);
    return way;
  }

  #fail(error: unknown): void {
    this.#options.onFailure(errorMessageOf(error));
  }
}

interface Wish {
  readonly notice: SystemNotice;
  readonly onOpen: () => void;
  readonly env: NodeJS.ProcessEnv;
}

async function lookForWay(env: NodeJS.ProcessEnv): Promise<Way> {
  const hasSender = findProgram('notify-send', env) !== undefined;
  if (hasSender) {
    const help = await runOnce({ file: 'notify-send', args: ['--help'] }, env).catch(noHelp);
    if (/--action\b/.test(help) && /--wait\b/.test(help)) return 'answering';
  }
  if (findProgram('gdbus', env) !== undefined) return 'gdbus';
  return hasSender ? 'showing' : 'none';
}

/** One that cannot even describe itself can at most show. */
function noHelp(): string {
  return '';
}
