/**
 * A session shown in the terminal that the command runs in: its bytes out, what a person types in, and the terminal put
 * back as it was however it ends. Knows no daemon and parses only what leaving and replaying need.
 */
import { decodeSnapshot, terminalReset } from '../../link/snapshot/snapshot.ts';
import type { StreamGap, StreamSnapshot, SessionStream } from '../../link/stream/stream.ts';
import { DisposableStore, toDisposable } from '../../protocol/wire/disposable.ts';
import { nameOfClient } from '../../protocol/wire/clientName.ts';
import type { WaggleError } from '../../protocol/wire/errors.ts';
import type { ExitMark, TerminalSize } from '../../protocol/wire/mark.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Output } from '../output/output.ts';
import { DetachScanner } from './detachKey.ts';
import type { Stroke } from './detachKey.ts';
import { InputGate } from './inputGate.ts';
import { enterRawMode, prepareRawMode } from './rawMode.ts';
import type { RawMode, RawModePreparation } from './rawMode.ts';
import { isStatusReply, ReplySplitter, statusQuery } from './reply.ts';
import { ScreenFollower } from './screen.ts';

export { describeDetachKey, parseDetachKey } from './detachKey.ts';
export type { Stroke } from './detachKey.ts';
export { enterRawMode } from './rawMode.ts';
export type { RawModePreparation } from './rawMode.ts';

/** How being attached ended. `signal`: we were told to go, by that number. */
export type Ending =
  | { readonly ending: 'exited'; readonly exit: ExitMark }
  | { readonly ending: 'detached' }
  | { readonly ending: 'signalled'; readonly signal: number }
  | { readonly ending: 'failed'; readonly error: WaggleError };

export interface TerminalOptions {
  readonly stream: SessionStream;
  readonly output: Output;
  readonly observe: boolean;
  readonly detachKey: readonly Stroke[];
  readonly preparation?: RawModePreparation | undefined;
}

const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
/** How long answers to queries that others were asked may be on their way, milliseconds. */
const replyLimitMs = 2000;
const flushLimitMs = 2000;
const quietLossMs = 1000;

export function terminalSize(): TerminalSize {
  const { columns, rows } = process.stdout;
  return { cols: clamp(columns, 80), rows: clamp(rows, 24) };
}

function clamp(value: number | undefined, fallback: number): number {
  return value === undefined || value < 1 ? fallback : Math.min(2000, value);
}

/** To be called before there is a stream, so that showing it takes less; to be disposed. */
export function prepareTerminal(): RawModePreparation | undefined {
  return prepareRawMode(new ScreenFollower().reset());
}

/** Shows the session until it ends or is left. Resolves after everything was written and the terminal is restored. */
export async function showSession(options: TerminalOptions): Promise<Ending> {
  const terminal = new AttachedTerminal(options);
  try {
    return await terminal.ended;
  } finally {
    await terminal.stop();
  }
}

class AttachedTerminal {
  readonly ended: Promise<Ending>;
  readonly #options: TerminalOptions;
  readonly #owned = new DisposableStore();
  #screen = new ScreenFollower();
  readonly #replies = new ReplySplitter();
  readonly #detach: DetachScanner;
  readonly #gate: InputGate;
  #rawMode: RawMode | undefined;
  /** What was shown so far was asked of others: replies to it are swallowed. */
  #isMute = true;
  /** All that was there before us was shown. */
  #isLive: boolean;
  /** Questions about its status that the terminal has not answered: those of others, and the one that ends them. */
  #asked = 0;
  #muteTimer: NodeJS.Timeout | undefined;
  #lossTimer: NodeJS.Timeout | undefined;
  #isSaid = false;
  #hasShown = false;
  #end: (ending: Ending) => void = () => undefined;

  constructor(options: TerminalOptions) {
    this.#options = options;
    const { stream } = options;
    this.#detach = new DetachScanner(options.detachKey);
    this.#gate = new InputGate({
      write: (bytes) => stream.write(bytes),
      take: () => stream.take(),
      onDenied: () => this.#say(describeRival(stream.lease.writer)),
      onFull: () => this.#say('the program does not read its input · nothing more was typed'),
    });
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.#listenToStream();
    this.#listenToTerminal();
    this.#isLive = stream.cursor.seq >= stream.liveAt;
    this.#settleReplies();
  }

  #listenToStream(): void {
    const { stream } = this.#options;
    const owned = this.#owned;
    owned.add(stream.onOutput(({ bytes, seq }) => this.#show(bytes, seq + bytes.length)));
    owned.add(stream.onSnapshot((snapshot) => this.#showSnapshot(snapshot)));
    owned.add(stream.onGap((gap) => this.#tellGap(gap)));
    owned.add(stream.onExit(({ exit }) => this.#end({ ending: 'exited', exit })));
    owned.add(stream.onClosed((error) => this.#end({ ending: 'failed', error })));
    owned.add(
      stream.onLive(() => {
        this.#isLive = true;
        this.#settleReplies();
      }),
    );
    owned.add(
      stream.onLease(({ self }) => {
        if (self) this.#gate.granted();
        this.#settleReplies();
      }),
    );
    owned.add(toDisposable(() => clearTimeout(this.#muteTimer)));
    owned.add(stream.onState((state) => this.#tellState(state)));
    owned.add(toDisposable(() => clearTimeout(this.#lossTimer)));
  }

  #listenToTerminal(): void {
    const { stdin, stdout } = process;
    this.#rawMode = enterRawMode(new ScreenFollower().reset(), this.#options.preparation);
    const onInput = (bytes: Buffer): void => this.#type(bytes);
    const onResize = (): void => this.#options.stream.resize(terminalSize());
    const onGone = (): void => this.#end({ ending: 'signalled', signal: signals.SIGHUP });
    stdin.on('data', onInput).on('error', onGone).resume();
    if (stdin.isTTY) stdin.on('end', onGone);
    stdout.on('error', onGone);
    if (stdout.isTTY && !this.#options.observe) stdout.on('resize', onResize);
    this.#owned.add(
      toDisposable(() => {
        stdin.off('data', onInput).off('end', onGone).pause();
        stdout.off('resize', onResize);
      }),
    );
    for (const [name, signal] of Object.entries(signals)) {
      const onSignal = (): void => this.#end({ ending: 'signalled', signal });
      process.on(name, onSignal);
      this.#owned.add(toDisposable(() => process.off(name, onSignal)));
    }
    const onCrash = (): void => this.#restore();
    process.on('exit', onCrash);
    this.#owned.add(toDisposable(() => process.off('exit', onCrash)));
  }

  #show(bytes: Uint8Array, end: number): void {
    this.#hasShown = true;
    if (this.#isMute && this.#muteTimer === undefined) this.#asked += countQueries(bytes);
    this.#screen.push(bytes);
    process.stdout.write(Uint8Array.from(bytes), () => this.#options.stream.acknowledge(end));
  }

  /** A newer daemon may pack screens in a way that we do not know: then what follows stands on an empty one. */
  #showSnapshot({ bytes, seq }: StreamSnapshot): void {
    this.#screen = new ScreenFollower();
    process.stdout.write(terminalReset);
    // In mid-stream, what follows up to `liveAt` was shown and answered before.
    if (this.#hasShown && seq < this.#options.stream.liveAt) {
      this.#isLive = false;
      this.#settleReplies();
    }
    const snapshot = decodeSnapshot(bytes);
    if (snapshot !== undefined) {
      this.#screen.push(snapshot.text);
      process.stdout.write(snapshot.text);
    }
    if (snapshot?.approximate !== false) this.#say('parts of this screen may be missing');
  }

  /**
   * Queries are for who held the keyboard when they were asked. The terminal answers in order, so that the answer to a question of
   * ours ends those to what others were asked.
   */
  #settleReplies(): void {
    const isOurs = this.#isLive && this.#options.stream.lease.self;
    if (!isOurs) {
      this.#isMute = true;
      clearTimeout(this.#muteTimer);
      this.#muteTimer = undefined;
    } else if (!this.#hasShown) this.#isMute = false;
    else if (this.#isMute && this.#muteTimer === undefined) this.#askTerminal();
  }

  #askTerminal(): void {
    const { stdin, stdout } = process;
    const asks = stdin.isTTY && stdout.isTTY && this.#screen.isAtRest;
    if (asks) {
      this.#asked += 1;
      stdout.write(statusQuery);
    }
    this.#muteTimer = setTimeout(() => this.#unmute(), asks ? replyLimitMs : replyLimitMs / 4);
  }

  #unmute(): void {
    clearTimeout(this.#muteTimer);
    this.#muteTimer = undefined;
    this.#asked = 0;
    this.#isMute = false;
  }

  #type(bytes: Uint8Array): void {
    for (const part of this.#replies.push(bytes)) {
      if (part.kind === 'reply') this.#answer(part.bytes);
      else if (!this.#typeKeys(part.bytes)) return;
    }
  }

  /** False: the person left. */
  #typeKeys(bytes: Uint8Array): boolean {
    const { observe } = this.#options;
    const { pass, detach } = this.#detach.push(bytes);
    if (pass.length > 0 && !observe) this.#gate.type(pass);
    const leaves = detach || (observe && process.stdin.isTTY && pass.includes(3));
    if (leaves) this.#end({ ending: 'detached' });
    return !leaves;
  }

  #answer(bytes: Uint8Array): void {
    if (this.#asked > 0 && isStatusReply(bytes)) {
      this.#asked -= 1;
      if (this.#asked === 0 && this.#muteTimer !== undefined) this.#unmute();
    } else if (!this.#isMute) this.#gate.reply(bytes);
  }

  /** One dim line, never into a full-screen program and only where a person sees it. */
  #say(text: string): void {
    if (!this.#options.output.isTerminal) return;
    const { paint } = this.#options.output;
    const isQuiet = this.#screen.isAlternate || !this.#screen.isAtRest;
    process.stdout.write(isQuiet ? '\u0007' : `\r\n${paint(`[${text}]`, 'dim')}\r\n`);
  }

  /** What follows knows nothing of the modes that are set, and begins no sequence in the middle. */
  #tellGap({ from, to }: StreamGap): void {
    const skipped = to - from;
    if (this.#options.output.isTerminal) process.stdout.write(this.#screen.reset());
    this.#screen = new ScreenFollower();
    const unit = skipped >= 1_000_000 ? `${Math.round(skipped / 1e6)} MB` : `${skipped} bytes`;
    if (skipped > 0) this.#say(`${unit} skipped`);
  }

  #tellState(state: SessionStream['state']): void {
    clearTimeout(this.#lossTimer);
    if (state === 'reconnecting') {
      this.#lossTimer = setTimeout(() => {
        this.#isSaid = true;
        this.#say('reconnecting …');
      }, quietLossMs);
    } else if (state === 'connected' && this.#isSaid) {
      this.#isSaid = false;
      this.#say('reconnected · nothing lost');
    }
  }

  /** Waits a bounded time for what was written, then restores. */
  async stop(): Promise<void> {
    this.#owned.dispose();
    const { isTerminal } = this.#options.output;
    const words = isTerminal ? this.#screen.reset() : '';
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, flushLimitMs);
      process.stdout.write(words, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#restore();
  }

  #restore(): void {
    this.#rawMode?.exiting();
  }
}

function countQueries(bytes: Uint8Array): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let count = 0;
  for (let at = view.indexOf(statusQuery); at !== -1; at = view.indexOf(statusQuery, at + 1))
    count += 1;
  return count;
}

function describeRival(writer: string | null): string {
  const name = toPlainLine(nameOfClient(writer) ?? '', 40);
  const who = name === '' ? 'another window' : `window ${name}`;
  return `${who} is typing · Enter takes over`;
}
