/**
 * Brings a session's bytes to one terminal of the editor: in order, in writes at most every 8 ms, never more than half a
 * MiB ahead of what the terminal has parsed. The editor tells an extension nothing about that, so a query whose reply
 * is ours to swallow is put between sequences from time to time.
 */
import { terminalReset } from '../../link/snapshot/snapshot.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { QueryScanner } from './queryScanner.ts';
import { ReplyFilter, markerQuery } from './replyFilter.ts';

export interface ScreenWriterOptions {
  /** Text for the terminal. */
  readonly write: (text: string) => void;
  /** Everything before this seq has been parsed by the terminal. */
  readonly acknowledge: (seq: number) => void;
}

/** A piece of the stream. `answers`: replies to the queries in it are this terminal's to give. */
export interface ScreenPiece {
  readonly bytes: Uint8Array;
  /** Seq of the first byte. */
  readonly seq: number;
  readonly answers: boolean;
}

interface QueuedPiece extends ScreenPiece {
  /** Seq that the terminal has reached behind it. */
  readonly end: number;
  /** The terminal has parsed it. */
  readonly onParsed?: (() => void) | undefined;
}

export const coalesceMs = 8;
export const unparsedMax = 512 * 1024;
const markerEvery = 128 * 1024;
const pieceMax = 32 * 1024;
/** A reply that never comes (a closed page, a full reset in between) holds the stream no longer than this. */
const replyLimitMs = 10_000;

export class ScreenWriter implements Disposable {
  readonly #options: ScreenWriterOptions;
  readonly #filter = new ReplyFilter();
  #answers = false;
  #scanner = this.#createScanner();
  #decoder = new TextDecoder();
  #queue: QueuedPiece[] = [];
  #timer: NodeJS.Timeout | undefined;
  #replyTimer: NodeJS.Timeout | undefined;
  #lastFlush = 0;
  /** Bytes written since the start, up to the last marker that went out, and up to the last that came back. */
  #written = 0;
  #marked = 0;
  #parsed = 0;
  #disposed = false;

  constructor(options: ScreenWriterOptions) {
    this.#options = options;
  }

  get isAlternateScreen(): boolean {
    return this.#scanner.isAlternateScreen;
  }

  /** Takes over a copy. */
  push(piece: ScreenPiece): void {
    if (this.#disposed) return;
    for (let from = 0; from < piece.bytes.length; from += pieceMax) {
      const bytes = piece.bytes.slice(from, from + pieceMax);
      const seq = piece.seq + from;
      this.#queue.push({ bytes, seq, end: seq + bytes.length, answers: piece.answers });
    }
    this.#schedule();
  }

  /** A stored screen takes the place of all that was shown. `onParsed` runs when the terminal shows it. */
  replace(screen: Uint8Array, seq: number, onParsed: () => void): void {
    if (this.#disposed) return;
    while (this.#queue.length > 0) this.#writeNext();
    this.#options.write(terminalReset);
    this.#scanner = this.#createScanner();
    this.#decoder = new TextDecoder();
    if (screen.length === 0) onParsed();
    for (let from = 0; from < screen.length; from += pieceMax) {
      const bytes = screen.slice(from, from + pieceMax);
      const isLast = from + pieceMax >= screen.length;
      const ends = { end: seq, onParsed: isLast ? onParsed : undefined };
      this.#queue.push({ bytes, seq, answers: false, ...ends });
    }
    this.#schedule();
  }

  /** A line of our own, dim. False when something is shown that it would damage; nothing is written then. */
  tell(line: string): boolean {
    if (this.#disposed || this.#queue.length > 0) return false;
    if (!this.#scanner.isGround || this.#scanner.isAlternateScreen) return false;
    this.#options.write(`\r\n\u001b[2m${line}\u001b[22m\r\n`);
    return true;
  }

  /** The program is gone: everything that waits is written, its modes are undone, and `line` stands below. */
  finish(line: string): void {
    if (this.#disposed) return;
    while (this.#queue.length > 0) this.#writeNext();
    this.#options.write(`${this.#undoModes()}\r\n\u001b[2m${line}\u001b[22m\r\n`);
  }

  /** Bytes are missing or another process begins: no sequence and no character is open any more. */
  restart(): void {
    while (this.#queue.length > 0) this.#writeNext();
    this.#options.write(this.#undoModes());
    this.#scanner = this.#createScanner();
    this.#decoder = new TextDecoder();
  }

  /** What of the terminal's input is the person's, or a reply that the program waits for. */
  filterInput(input: string): string {
    return this.#filter.filter(input);
  }

  dispose(): void {
    this.#disposed = true;
    this.#queue = [];
    clearTimeout(this.#timer);
    clearTimeout(this.#replyTimer);
  }

  #createScanner(): QueryScanner {
    return new QueryScanner((kind) => this.#filter.expect(kind, this.#answers));
  }

  /** At once when nothing was written lately, so that an echo does not wait. */
  #schedule(): void {
    if (this.#timer !== undefined || this.#queue.length === 0 || this.#isFull()) return;
    const waitMs = this.#lastFlush + coalesceMs - Date.now();
    if (waitMs <= 0) this.#flush();
    else this.#timer = setTimeout(() => this.#flush(), waitMs);
  }

  #isFull(): boolean {
    return this.#written - this.#parsed >= unparsedMax;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let text = '';
    while (this.#queue.length > 0 && !this.#isFull()) text += this.#takeNext();
    this.#lastFlush = Date.now();
    if (text !== '') this.#options.write(text);
    if (this.#queue.length > 0) this.#awaitReply();
  }

  #writeNext(): void {
    const text = this.#takeNext();
    if (text !== '') this.#options.write(text);
  }

  /** The next piece as text, with a marker behind it when one is due and no sequence is open. */
  #takeNext(): string {
    const piece = this.#queue.shift();
    if (piece === undefined) return '';
    const text = this.#decoder.decode(piece.bytes, { stream: true });
    this.#answers = piece.answers;
    this.#scanner.scan(text);
    this.#written += piece.bytes.length;
    const unmarked = this.#written - this.#marked;
    if (unmarked < markerEvery && piece.onParsed === undefined) return text;
    if (this.#scanner.isGround) return text + this.#mark(piece);
    // A sequence as long as this is hardly one; without a marker the stream would stand still for good.
    if (unmarked >= unparsedMax / 2) this.#reach(this.#written, piece.end);
    return text;
  }

  #mark({ end, onParsed }: QueuedPiece): string {
    const at = this.#written;
    this.#marked = at;
    this.#filter.expectMarker(() => {
      this.#reach(at, end);
      onParsed?.();
    });
    return markerQuery;
  }

  #reach(at: number, seq: number): void {
    if (this.#disposed || at <= this.#parsed) return;
    this.#parsed = at;
    this.#marked = Math.max(this.#marked, at);
    clearTimeout(this.#replyTimer);
    this.#replyTimer = undefined;
    this.#options.acknowledge(seq);
    this.#schedule();
  }

  #awaitReply(): void {
    if (this.#replyTimer !== undefined) return;
    const next = this.#queue[0];
    const at = this.#written;
    this.#replyTimer = setTimeout(() => {
      this.#replyTimer = undefined;
      if (next !== undefined) this.#reach(at, next.seq);
    }, replyLimitMs);
  }

  #undoModes(): string {
    const close = this.#scanner.isGround ? '' : '\u0018';
    const leave = this.#scanner.isAlternateScreen ? '\u001b[?1049l' : '';
    const mouse = '\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?1004l';
    return `${close}${leave}${mouse}\u001b[?2004l\u001b[?1l\u001b>\u001b[?25h\u001b[!p`;
  }
}
