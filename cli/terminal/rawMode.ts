/**
 * Raw mode in which output is not processed either. libuv's own keeps ONLCR on, so a byte-exact relay must ask `stty`.
 * A small guard shell puts the terminal back should we die without being asked, and ends us should exiting hang.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { toDisposable } from '../../protocol/wire/disposable.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';

/** Reads until our end of the pipe closes. `done`: we restored it ourselves and are exiting, which may hang for ever. */
const guardScript = `
restore=1
watcher=
while read -r word; do
  restore=
  (trap 'kill $sleeper; exit' TERM; sleep 3 & sleeper=$!; wait "$sleeper" && kill -9 "$1") &
  watcher=$!
done
[ -n "$watcher" ] && kill "$watcher"
[ -n "$restore" ] && [ -n "$2" ] || exit 0
stty "$2" <&3
printf %s "$3" >&3
`;

export interface RawMode extends Disposable {
  /** To be called when nothing is left to do but to exit: within 3 s the process is gone, one way or another. */
  exiting(): void;
}

/** One shell for both: each process that is started and waited for from here costs milliseconds. */
const rawScript = 'stty -g && stty raw -echo';

/** What the terminal was like, and who puts it back should we die, ready before they are needed. */
export interface RawModePreparation extends Disposable {
  /** For `enterRawMode`, once; undefined while that is not known yet. */
  take(): { readonly saved: string; readonly guard: ChildProcess } | undefined;
}

/**
 * Asks while there is something else to wait for. Disposing ends it when nothing came of it. `lastWords`: see
 * `enterRawMode`. Undefined where standard input is no terminal.
 */
export function prepareRawMode(lastWords: string): RawModePreparation | undefined {
  if (!process.stdin.isTTY || process.platform === 'win32') return undefined;
  let ready: { readonly saved: string; readonly guard: ChildProcess } | undefined;
  let isOver = false;
  const asking = spawn('stty', ['-g'], { stdio: [0, 'pipe', 'ignore'] });
  let saved = '';
  asking.stdout?.setEncoding('latin1').on('data', (text: string) => (saved += text));
  // Without an answer it is asked for again, and waited for, when it is needed.
  asking.once('error', () => undefined);
  asking.once('close', (code) => {
    if (code !== 0 || isOver) return;
    const state = saved.trim();
    ready = { saved: state, guard: startGuard(state, lastWords) };
  });
  const over = (): typeof ready => {
    isOver = true;
    const found = ready;
    ready = undefined;
    return found;
  };
  return { take: over, dispose: () => void over()?.guard.stdin?.write('done\n') };
}

/** What it printed; undefined when the tool is missing or standard input is no terminal. */
function runOnTerminal(program: string, words: readonly string[]): string | undefined {
  const result = spawnSync(program, words, { stdio: [0, 'pipe', 'ignore'], encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/**
 * Switches the terminal behind standard input, if there is one. Disposing puts it back as it was, synchronously.
 * `lastWords` is what the guard prints when it has to: sequences that end the modes of a program.
 */
export function enterRawMode(lastWords: string, preparation?: RawModePreparation): RawMode {
  const { isTTY } = process.stdin;
  if (process.platform === 'win32') return enterPlainRawMode();
  const ready = preparation?.take();
  const isRaw = ready !== undefined && runOnTerminal('stty', ['raw', '-echo']) !== undefined;
  if (ready !== undefined && !isRaw) ready.guard.stdin?.write('done\n');
  const asked = isTTY && !isRaw ? runOnTerminal('/bin/sh', ['-c', rawScript]) : undefined;
  const saved = isRaw ? ready.saved : asked;
  if (isTTY && saved === undefined) return enterPlainRawMode();
  const guard = isRaw ? ready.guard : startGuard(saved ?? '', lastWords);
  const restore = toDisposable(() => {
    if (saved !== undefined) runOnTerminal('stty', [saved]);
  });
  const tell = toDisposable(() => guard.stdin?.write('done\n'));
  return {
    dispose: () => restore.dispose(),
    exiting() {
      restore.dispose();
      tell.dispose();
    },
  };
}

function enterPlainRawMode(): RawMode {
  const { stdin } = process;
  if (stdin.isTTY) stdin.setRawMode(true);
  const restore = toDisposable(() => {
    if (stdin.isTTY) stdin.setRawMode(false);
  });
  return { dispose: () => restore.dispose(), exiting: () => restore.dispose() };
}

function startGuard(saved: string, lastWords: string): ChildProcess {
  const script = ['-c', guardScript, 'waggle-guard', String(process.pid), saved, lastWords];
  const guard = spawn('/bin/sh', script, {
    stdio: ['pipe', 'ignore', 'ignore', 0],
    detached: true,
  });
  guard.once('error', workWithoutGuard);
  guard.stdin?.on('error', workWithoutGuard);
  guard.unref();
  return guard;
}

/** Without a guard everything but a sudden death is undone all the same. */
function workWithoutGuard(): void {}
