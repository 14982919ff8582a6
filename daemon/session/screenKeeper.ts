import { markApproximate } from '../../link/snapshot/snapshot.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { Logger } from '../context.ts';
import type { ScreenMaker, ScreenPiece, ScreenRequest } from '../screen/screen.ts';
import type { ScreenSource, StoredScreen } from './screenReader.ts';
import { describeLost, readSince, readStored, sendStored, writeStored } from './screenReader.ts';

export interface ScreenKeeping {
  readonly source: ScreenSource;
  readonly maker: Pick<ScreenMaker, 'make'>;
  readonly log: Logger;
}

/** Half of the smallest ring that a session gets. */
const stepBytes = 512 * 1024;
/** An idle ring may shrink to 64 KiB, so a quiet session has a screen that needs less. */
const calmBytes = 32 * 1024;
const calmMs = 2000;
const resizeMs = 250;
/** Faster than this the ring is overwritten before a screen is made of it: that waits for the end of the flood. */
const followableBytesPerMs = 10_000;
const rateWindowMs = 50;
const floodCalmMs = 250;
/** After a screen that output had outrun there is no hurry: the next one is outrun as well until it is calm. */
const outrunRestMs = 1000;

/** Keeps the stored screen of one generation near its output: after half a ring, after a resize, after calm. */
export class ScreenKeeper implements Disposable {
  readonly #keeping: ScreenKeeping;
  #seen = 0;
  /** Seq of the stored screen. */
  #stored = 0;
  /** Whatever comes may make it whole. */
  #isApproximate = false;
  /** What came before did not survive the parser: the next screen begins there with nothing known. */
  #restartAt: number | undefined;
  #restUntil = 0;
  #window = { at: performance.now(), seq: 0 };
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Infinity;
  #isMaking = false;
  /** Asked for while one was being made: in this many milliseconds. */
  #againIn: number | undefined;
  #isDisposed = false;
  /** Clients that lost output need a screen at or after this seq. */
  #wantedFrom: number | undefined;

  constructor(keeping: ScreenKeeping) {
    this.#keeping = keeping;
  }

  /** Output was received up to `seq`. */
  progressed(seq: number): void {
    this.#seen = seq;
    const behind = seq - this.#stored;
    const isFlood = this.#measure(seq) > followableBytesPerMs;
    if (behind >= stepBytes && isFlood) this.#makeIn(floodCalmMs, 'restart');
    else if (behind >= stepBytes) this.#makeIn(0);
    else if (behind >= (this.#isApproximate ? 1 : calmBytes)) this.#makeIn(calmMs, 'restart');
  }

  resized(): void {
    this.#makeIn(resizeMs, 'restart');
  }

  /** Clients lost output and nothing comes just now: at once, a screen at or after `seq`. */
  wanted(seq: number): void {
    this.#wantedFrom = Math.max(seq, this.#wantedFrom ?? 0);
    this.#restUntil = 0;
    this.#makeIn(0, 'restart');
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  /** Bytes per millisecond of late. */
  #measure(seq: number): number {
    const now = performance.now();
    const passedMs = now - this.#window.at;
    const rate = (seq - this.#window.seq) / Math.max(1, passedMs);
    if (passedMs > rateWindowMs) this.#window = { at: now, seq };
    return rate;
  }

  /** `restart`: what was due later than at once is put off. */
  #makeIn(ms: number, ifDue?: 'restart'): void {
    const now = performance.now();
    const dueAt = Math.max(now + ms, this.#restUntil);
    if (this.#isDisposed) return;
    if (this.#isMaking) {
      // What output needs is looked at again anyway.
      if (ifDue !== undefined) this.#againIn = ms;
      return;
    }
    const isLater = dueAt >= this.#dueAt;
    if (isLater && (ifDue === undefined || this.#dueAt <= now)) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => void this.#make(), dueAt - now);
    this.#timer.unref();
  }

  async #make(): Promise<void> {
    this.#dueAt = Infinity;
    this.#isMaking = true;
    let restMs = 0;
    try {
      const isOutrun = await this.#bringForward();
      if (isOutrun) restMs = outrunRestMs;
    } catch (error) {
      restMs = outrunRestMs;
      this.#noteFailure(error);
    }
    this.#isMaking = false;
    this.#restUntil = performance.now() + restMs;
    this.progressed(this.#seen);
    const againIn = this.#againIn;
    this.#againIn = undefined;
    if (againIn !== undefined) this.#makeIn(againIn, 'restart');
  }

  /** True when output was lost before it could be read. */
  async #bringForward(): Promise<boolean> {
    const { source, maker } = this.#keeping;
    const stored = await readStored(source);
    const restartAt = this.#restartAt;
    const read = await readSince(source, Math.max(restartAt ?? 0, stored?.seq ?? 0));
    const request = await describeLost(source, toRequest(read, { stored, restartAt }));
    const end = endOf(request);
    try {
      const made = await maker.make(request);
      if (this.#isDisposed) return false;
      this.#restartAt = undefined;
      this.#stored = Math.max(made.seq, this.#stored);
      this.#isApproximate = made.approximate;
      const { snapshot } = made;
      if (snapshot !== undefined) await this.#store({ ...made, snapshot }, made.approximate);
      else this.#keeping.log.warn('a screen is too large to be stored', { seq: made.seq });
      const isOutrun = request.pieces.some(({ kind }) => kind === 'gap');
      if (made.approximate && isOutrun) {
        await this.#askForRepaint();
        this.#againIn = this.#wantedFrom === undefined ? calmMs : resizeMs;
      }
      return isOutrun;
    } catch (error) {
      if (!['internal', 'timeout'].includes(errorCodeOf(error))) throw error;
      this.#restartAt = end;
      this.#stored = end;
      // The last good screen stays; it is no longer called exact.
      if (stored !== undefined) {
        const snapshot = markApproximate(stored.snapshot);
        await this.#store({ ...stored, snapshot }, true);
      }
      throw error;
    }
  }

  async #store(screen: StoredScreen, isApproximate: boolean): Promise<void> {
    const { source } = this.#keeping;
    const isTaken = await writeStored(source, screen);
    const wanted = this.#wantedFrom;
    if (!isTaken || (wanted === undefined && !isApproximate)) return;
    await sendStored(source, !isApproximate);
    if (!isApproximate && wanted !== undefined && screen.seq >= wanted)
      this.#wantedFrom = undefined;
  }

  async #askForRepaint(): Promise<void> {
    const { link, sessionId: session } = this.#keeping.source;
    await link.call('host/signal', { session, signal: 'SIGWINCH' });
  }

  #noteFailure(error: unknown): void {
    if (this.#isDisposed || ['stopped', 'hostGone', 'notFound'].includes(errorCodeOf(error)))
      return;
    const { log, source } = this.#keeping;
    log.warn('a screen could not be made', {
      sessionId: source.sessionId,
      code: errorCodeOf(error),
      reason: errorMessageOf(error),
    });
  }
}

/** A restart keeps the modes of the stored screen, and of the screen itself nothing. */
function toRequest(
  read: ScreenRequest,
  from: { readonly stored: StoredScreen | undefined; readonly restartAt: number | undefined },
): ScreenRequest {
  const { stored, restartAt } = from;
  const { seq: readFrom, size, pieces } = read;
  if (stored === undefined && restartAt === undefined) return read;
  const seq = stored?.seq ?? 0;
  const lost: ScreenPiece[] = [
    { kind: 'gap', seq, to: readFrom },
    { kind: 'resize', seq: readFrom, size },
  ];
  return {
    seq,
    size: stored?.size ?? size,
    snapshot: stored?.snapshot,
    pieces: restartAt === undefined ? pieces : [...lost, ...pieces],
  };
}

function endOf({ seq, pieces }: ScreenRequest): number {
  const last = pieces.findLast((piece) => piece.kind === 'output');
  return last === undefined ? seq : last.seq + last.bytes.length;
}
