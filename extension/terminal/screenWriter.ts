/**
 * Brings a session's bytes to one terminal of the editor: in order, in writes at most every 8 ms, and never further ahead
 * of what the terminal has parsed than `writeWindow.ts` allows. The editor tells an extension nothing about that, so a
 * query whose reply is ours to swallow is put between sequences from time to time, and once after the last output.
 */
import { terminalReset } from '../../link/snapshot/snapshot.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import type { QueuedPiece, ScreenPiece } from './pieceQueue.ts';
import { PieceQueue } from './pieceQueue.ts';
import { QueryScanner } from './queryScanner.ts';
import { ReplyFilter, markerQuery } from './replyFilter.ts';
import type { TerminalView } from './writeWindow.ts';
import { WriteWindow } from './writeWindow.ts';

export interface ScreenWriterOptions {
  /** Text for the terminal. */
  readonly write: (text: string) => void;
  /** Everything before this seq has been parsed by the terminal. */
  readonly acknowledge: (seq: number) => void;
  /** The terminal has parsed everything. */
  readonly caughtUp?: () => void;
}

/** `text` restores a terminal of `size` from its reset state. `size`: it is also that of this terminal. */
export interface StoredScreen {
  readonly text: Uint8Array;
  readonly seq: number;
  readonly size?: TerminalSize | undefined;
}

export const coalesceMs = 8;
const markerEvery = 64 * 1024;
/** Of a small window at least so many parts are asked about, so that it does not run empty between two answers. */
const markersInWindow = 4;
/** After this much silence the terminal is asked whether it has parsed the rest. */
const restMs = 30;
/** Nothing can be asked inside a sequence: a long one (an image) goes on by time alone. */
const openSequenceMs = 100;
/** A terminal that does not answer gets nothing but one more question each time. */
const replyLimitMs = 10_000;
const repeatsMax = 3;
/** The terminal parses a write in one go: shorter ones let it draw and answer in between. */
const writeBytesMax = 128 * 1024;
/** What is shown of output that comes faster than it can be parsed. */
const newestBytes = 64 * 1024;
/** So long nothing newer came: what there is is the newest. */
const pauseMs = 12;

export class ScreenWriter implements Disposable {
  readonly #options: ScreenWriterOptions;
  readonly #filter = new ReplyFilter();
  readonly #window = new WriteWindow();
  readonly #queue = new PieceQueue();
  #answers = false;
  #scanner = this.#createScanner();
  #decoder = new TextDecoder();
  #flushTimer: NodeJS.Timeout | undefined;
  #askTimer: NodeJS.Timeout | undefined;
  #pauseTimer: NodeJS.Timeout | undefined;
  #lastFlush = Number.NEGATIVE_INFINITY;
  /** Bytes written since the start, up to the last marker that went out, and up to the last that came back. */
  #written = 0;
  #marked = 0;
  #parsed = 0;
  /** Seq behind the last piece that was written. */
  #seq = 0;
  /** Seq behind the last piece that came. */
  #end = 0;
  /** Bytes that the terminal never saw since it had caught up last. */
  #skipped = 0;
  /** Markers that went out because one had no reply. */
  #repeats = 0;
  /** What comes again behind a stored screen that was not needed. */
  #knownTo = 0;
  #disposed = false;

  constructor(options: ScreenWriterOptions) {
    this.#options = options;
  }

  get isAlternateScreen(): boolean {
    return this.#scanner.isAlternateScreen;
  }

  /** A shell waits for a command, as far as its output tells. */
  get isAtPrompt(): boolean {
    return this.#isIdle && this.#scanner.isAtPrompt;
  }

  /** How closely a person looks. */
  set view(view: TerminalView) {
    this.#window.view = view;
    this.#schedule();
  }

  /** Takes over a copy. */
  push({ bytes, seq, answers }: ScreenPiece): void {
    if (this.#disposed) return;
    const known = Math.min(bytes.length, Math.max(0, this.#knownTo - seq));
    this.#queue.push({ bytes: bytes.subarray(known), seq: seq + known, answers });
    this.#end = seq + bytes.length;
    this.#schedule();
    if (this.#window.isSkipping) this.#awaitPause();
  }

  /** A stored screen takes the place of all that was shown. `onParsed` runs when the terminal shows it. */
  replace({ text, seq, size }: StoredScreen, onParsed: () => void): void {
    if (this.#disposed) return;
    this.#writeAll();
    this.#window.isSkipping = false;
    const stored = Buffer.from(text).toString();
    if (size !== undefined && this.#isScreenRight(size, stored))
      return this.#keepScreen(stored, onParsed);
    this.#scanner = this.#createScanner();
    this.#decoder = new TextDecoder();
    this.#end = seq;
    // In one write, so that the terminal is never painted empty.
    const bytes = Buffer.concat([Buffer.from(terminalReset), text]);
    this.#queue.pushWhole({ bytes, seq, end: seq, answers: false, onParsed });
    this.#flush();
  }

  /** A line of our own, dim, above the prompt. False when no shell waits at one; nothing is written then. */
  tell(line: string): boolean {
    if (this.#disposed || !this.isAtPrompt) return false;
    // Down and up makes room below the prompt when it stands in the last row; the new line pushes it there.
    const room = '\u001bD\u001b[A\u001b7\u001b[L';
    this.#options.write(`${room}\u001b[?7l\u001b[2m${line}\u001b[22m\u001b[?7h\u001b8\u001b[B`);
    return true;
  }

  /** The program is gone: everything that waits is written, its modes are undone, and `line` stands below. */
  finish(line: string): void {
    if (this.#disposed) return;
    this.#writeAll();
    this.#options.write(`${this.#undoModes()}\r\n\u001b[2m${line}\u001b[22m\r\n`);
  }

  /** Another process begins: no sequence and no character is open any more, and no mode is set. */
  restart(): void {
    this.#knownTo = 0;
    this.#writeAll();
    this.#options.write(this.#undoModes());
    this.#scanner = this.#createScanner();
    this.#decoder = new TextDecoder();
  }

  /** `bytes` are missing before what comes next: what waits is old now, and the newest is what a person wants. */
  skip(bytes: number): void {
    if (this.#disposed || bytes <= 0) return;
    this.#window.isSkipping = true;
    this.#skipped += bytes + this.#queue.clear();
    this.#options.write(this.#close());
  }

  get hasSkipped(): boolean {
    return this.#skipped > 0;
  }

  /** How many bytes the terminal never saw since this was asked last. */
  takeSkipped(): number {
    const skipped = this.#skipped;
    this.#skipped = 0;
    return skipped;
  }

  /** What of the terminal's input is the person's, or a reply that the program waits for. */
  filterInput(input: string): string {
    return this.#filter.filter(input);
  }

  dispose(): void {
    this.#disposed = true;
    this.#queue.clear();
    clearTimeout(this.#flushTimer);
    clearTimeout(this.#askTimer);
    clearTimeout(this.#pauseTimer);
  }

  /** The newest does not wait for what is shown before it, once nothing newer comes. */
  #awaitPause(): void {
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = setTimeout(() => {
      if (this.#disposed || !this.#window.isSkipping) return;
      const dropped = this.#dropOld();
      if (dropped !== '') this.#options.write(dropped);
      this.#writeAll();
      this.#awaitParsing();
    }, pauseMs);
  }

  get #unparsed(): number {
    return this.#written - this.#parsed;
  }

  get #isFull(): boolean {
    return this.#unparsed >= this.#window.bytes;
  }

  get #isIdle(): boolean {
    return this.#queue.isEmpty && this.#scanner.isGround;
  }

  /** Enough lines came since output was lost, and nothing that was set before it makes them look otherwise. */
  #isScreenRight(size: TerminalSize, stored: string): boolean {
    const { plainLines, penOfLines } = this.#scanner;
    if (plainLines <= size.rows || penOfLines === 'unknown' || shapesLines.test(stored))
      return false;
    const lastPen = penOfLines === 'known' ? undefined : stored.match(anyPen)?.at(-1);
    return lastPen === undefined || plainPen.test(lastPen);
  }

  /** Only modes can be wrong, and what scrolled off stays. */
  #keepScreen(stored: string, onParsed: () => void): void {
    this.#knownTo = this.#end;
    // As they were stored, and as what came since then changed them.
    const modesNow = findModes(stored) + this.#scanner.modesOfLines;
    this.#options.write(`${popKeyboard}${undoneModes}${modesNow}`);
    onParsed();
  }

  #createScanner(): QueryScanner {
    return new QueryScanner((kind) => this.#filter.expect(kind, this.#answers));
  }

  /** At once when nothing was written lately, so that an echo does not wait. */
  #schedule(): void {
    if (this.#flushTimer !== undefined || this.#queue.isEmpty || this.#isFull) return;
    const waitMs = this.#lastFlush + coalesceMs - performance.now();
    if (waitMs <= 0) this.#flush();
    else this.#flushTimer = setTimeout(() => this.#flush(), waitMs);
  }

  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (this.#disposed) return;
    let text = this.#window.isSkipping ? this.#dropOld() : '';
    while (!this.#queue.isEmpty && !this.#isFull && text.length < writeBytesMax) {
      text += this.#takeNext();
    }
    this.#lastFlush = performance.now();
    if (text !== '') this.#options.write(text);
    this.#awaitParsing();
    this.#schedule();
  }

  /** Only the newest of what came is shown while output is being lost anyway. */
  #dropOld(): string {
    const dropped = this.#queue.keepNewest(newestBytes);
    this.#skipped += dropped;
    return dropped === 0 ? '' : this.#close();
  }

  #writeAll(): void {
    while (!this.#queue.isEmpty) {
      const text = this.#takeNext();
      if (text !== '') this.#options.write(text);
    }
  }

  /** The next piece as text, with a marker behind it when one is due and no sequence is open. */
  #takeNext(): string {
    const piece = this.#queue.shift();
    if (piece === undefined) return '';
    const text = this.#decoder.decode(piece.bytes, { stream: true });
    this.#queue.release(piece);
    this.#answers = piece.answers;
    this.#scanner.scan(text);
    this.#written += piece.bytes.length;
    this.#seq = piece.end;
    const every = Math.min(markerEvery, this.#window.bytes / markersInWindow);
    const isDue = this.#written - this.#marked >= every || piece.onParsed !== undefined;
    return isDue && this.#scanner.isGround ? text + this.#mark(piece) : text;
  }

  #mark({ onParsed }: Pick<QueuedPiece, 'onParsed'> = {}): string {
    const [at, seq, sentAt] = [this.#written, this.#seq, performance.now()];
    const aheadBytes = this.#unparsed;
    this.#marked = at;
    this.#filter.expectMarker(() => {
      if (this.#disposed) return;
      const [answeredAt, isShort] = [performance.now(), !this.#queue.isEmpty];
      this.#window.observe({ sentAt, answeredAt, aheadBytes, isShort });
      this.#reach(at, seq);
      onParsed?.();
    });
    return markerQuery;
  }

  #reach(at: number, seq: number): void {
    if (this.#disposed) return;
    this.#parsed = Math.max(this.#parsed, at);
    this.#repeats = 0;
    this.#options.acknowledge(seq);
    if (this.#unparsed === 0 && this.#queue.isEmpty) {
      this.#window.isSkipping = false;
      clearTimeout(this.#askTimer);
      this.#options.caughtUp?.();
      return;
    }
    this.#schedule();
    this.#awaitParsing();
  }

  /** Sees to it that whatever was written is acknowledged in the end, also when nothing more comes. */
  #awaitParsing(): void {
    clearTimeout(this.#askTimer);
    if (this.#unparsed === 0 || this.#disposed) return;
    const isAsked = this.#marked > this.#parsed;
    const hasRest = this.#marked < this.#written && (this.#queue.isEmpty || !isAsked);
    if (hasRest && this.#scanner.isGround) this.#askIn(restMs);
    else if (isAsked) this.#askIn(replyLimitMs);
    else this.#askIn(openSequenceMs);
  }

  #askIn(waitMs: number): void {
    this.#askTimer = setTimeout(() => {
      if (!this.#scanner.isGround) this.#reach(this.#written, this.#seq);
      else this.#ask();
    }, waitMs);
  }

  #ask(): void {
    const isRepeated = this.#marked === this.#written;
    if (isRepeated) this.#repeats += 1;
    if (this.#repeats > repeatsMax) return;
    // The terminal may think a sequence open that we think closed; otherwise this does nothing.
    this.#options.write((isRepeated ? '\u0018' : '') + this.#mark());
    this.#awaitParsing();
  }

  /** What was open is closed, and what changes the meaning of later output is as at the start. */
  #close(): string {
    this.#scanner.cancel();
    this.#decoder = new TextDecoder();
    return '\u0018\u001b[!p';
  }

  #undoModes(): string {
    const close = this.#scanner.isGround ? '' : '\u0018';
    const leave = this.#scanner.isAlternateScreen ? '\u001b[?1049l' : '';
    return `${close}${leave}${undoneModes}\u001b[!p`;
  }
}

const undoneModes =
  '\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?1004l\u001b[?2004l\u001b[?1l\u001b>\u001b[?25h';
/** All that programs put aside, and what they chose last. */
const popKeyboard = '\u001b[<99u\u001b[=0u';
/** Region, character sets, origin, wrapping, inserting: what was drawn without them stands elsewhere or looks otherwise. */
const shapesLines =
  /\u001b\[\d+;\d+r|\u001b[()*+][^B]|[\u000e]|\u001b[no]|\u001b\[(?:\?6h|\?7l|4h|20h)/;
const anyPen = /\u001b\[[\d;:]*m/g;
const plainPen = /^\u001b\[0*m$/;

/** Modes, keyboard flags and the cursor's style; not the choice of the screen, nor what moves the cursor. */
const modes = /\u001b\[(?:\?(?!6h|47h|47l|1047|1049)\d+[hl]|[=>][\d;]*[um]|\d q)/g;

function findModes(stored: string): string {
  return (stored.match(modes) ?? []).join('');
}
