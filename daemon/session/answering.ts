/**
 * Answers the terminal queries of one generation for which no terminal is there: each once, in their order, as a plain terminal would.
 * Whether there was one when the program asked is decided by who feeds it, by the order of the stream.
 */
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import { QueryFinder } from './queryFinder.ts';
import { replyTo } from './queryReply.ts';

/** A query that only the screen answers. `end`: seq behind it. */
export interface ScreenQuery {
  readonly text: string;
  readonly end: number;
}

export interface AnsweringOptions {
  /** Whatever ended before this seq was answered by somebody, or by nobody. */
  readonly from: number;
  /** Types a reply. */
  readonly send: (reply: string) => void;
  /** What a terminal that shows the session says, in the order of the queries; undefined where that is not known. */
  readonly ask: (queries: readonly ScreenQuery[]) => Promise<readonly (string | undefined)[]>;
}

interface Waiting extends ScreenQuery {
  readonly receivedAt: number;
  /** Undefined: the screen was not asked yet. `null`: there is none. */
  reply: string | null | undefined;
}

/** Programs wait about so long, and take what comes later for keys. */
const replyLimitMs = 2000;
/** A program that asks without reading must not fill what a person may type into. */
const unreadMax = 64;

export class Answering {
  /** Of the terminal, at this point of the stream. */
  size: TerminalSize = { cols: 80, rows: 24 };
  readonly #options: AnsweringOptions;
  readonly #finder = new QueryFinder();
  #waiting: Waiting[] = [];
  #unread = 0;
  #isDraining = false;

  constructor(options: AnsweringOptions) {
    this.#options = options;
  }

  /** `isUnheld`: nobody held the right to type when these bytes were written. */
  receive(output: { readonly seq: number; readonly bytes: Uint8Array }, isUnheld: boolean): void {
    const { seq, bytes } = output;
    if (!isUnheld || seq + bytes.length <= this.#options.from) return this.#finder.skip(bytes);
    for (const { text, end } of this.#finder.push(bytes)) {
      const isNew = seq + end > this.#options.from;
      if (isNew && this.#waiting.length + this.#unread < unreadMax)
        this.#waiting.push(this.#toWaiting(text, seq + end));
    }
    if (this.#waiting.length > 0 && !this.#isDraining) void this.#drain();
  }

  /** Output is missing: who asked before it does not wait for an answer any more. */
  forget(): void {
    this.#finder.forget();
    this.#waiting = [];
  }

  /** The program, or the system for it, took a reply or never will. */
  settled(): void {
    this.#unread = Math.max(0, this.#unread - 1);
  }

  #toWaiting(text: string, end: number): Waiting {
    const reply = replyTo(text, this.size);
    const receivedAt = performance.now();
    return { text, end, receivedAt, reply: reply === 'screen' ? undefined : reply.text };
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.reply === undefined) await this.#askScreen();
      if (this.#waiting[0] === next) this.#say(next);
    }
    this.#isDraining = false;
  }

  async #askScreen(): Promise<void> {
    const asked = this.#waiting.filter(({ reply }) => reply === undefined);
    const replies = await this.#options.ask(asked);
    for (const [at, query] of asked.entries()) query.reply = replies[at] ?? null;
  }

  #say({ reply, receivedAt }: Waiting): void {
    this.#waiting.shift();
    if (typeof reply !== 'string' || reply === '') return;
    if (performance.now() - receivedAt > replyLimitMs) return;
    this.#unread += 1;
    this.#options.send(reply);
  }
}
