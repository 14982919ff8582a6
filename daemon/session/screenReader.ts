import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import { decodeGap, decodeSize } from '../../protocol/wire/mark.ts';
import { WaggleError, errorCodeOf } from '../../protocol/wire/errors.ts';
import type { HostLink } from '../../link/host/host.ts';
import type { LostOutput, ScreenPiece, ScreenRequest } from '../screen/screen.ts';

export interface ScreenSource {
  readonly link: HostLink;
  readonly sessionId: SessionId;
  readonly generation: number;
}

/** A stored screen as its host gives it back. */
export interface StoredScreen {
  readonly seq: number;
  readonly size: TerminalSize;
  readonly snapshot: Uint8Array;
}

/** What is held in memory for one screen; a ring larger than that loses its beginning here. */
const readMaxBytes = 8 * 1024 * 1024;
const readLimitMs = 10_000;
const ackEveryBytes = 256 * 1024;

/** The screen that the host holds of this generation. */
export async function readStored(source: ScreenSource): Promise<StoredScreen | undefined> {
  const { link, sessionId, generation } = source;
  const { checkpoint } = await link.call('host/getCheckpoint', { session: sessionId });
  if (checkpoint?.generation !== generation) return undefined;
  const { seq, size, data } = checkpoint;
  return { seq, size, snapshot: Buffer.from(data, 'base64') };
}

/** Stores a screen; false when the host does not take it: the session has another process, or a newer screen. */
export async function writeStored(source: ScreenSource, screen: StoredScreen): Promise<boolean> {
  const { link, sessionId: session, generation } = source;
  const { seq, size, snapshot } = screen;
  const data = Buffer.from(snapshot).toString('base64');
  const params = { session, generation, seq, size: { ...size }, data };
  return (await link.call('host/putCheckpoint', params)).stored;
}

/** Has the stored screen sent to clients that lost output. An older host cannot: its clients show what they have. */
export async function sendStored(source: ScreenSource, exact: boolean): Promise<void> {
  const { link, sessionId: session, generation } = source;
  try {
    await link.call('host/sendScreen', { session, generation, exact });
  } catch (error) {
    if (errorCodeOf(error) !== 'methodNotFound') throw error;
  }
}

/** The request with what its lost bytes changed, as far as the host knows. An older one does not. */
export async function describeLost(
  source: ScreenSource,
  request: ScreenRequest,
): Promise<ScreenRequest> {
  const pieces: ScreenPiece[] = [];
  for (const piece of request.pieces) {
    pieces.push(piece.kind === 'gap' ? { ...piece, lost: await askLost(source, piece) } : piece);
  }
  return { ...request, pieces };
}

async function askLost(
  { link, sessionId: session, generation }: ScreenSource,
  { seq: from, to }: { readonly seq: number; readonly to: number },
): Promise<LostOutput | undefined> {
  try {
    return await link.call('host/describeLost', { session, generation, from, to });
  } catch (error) {
    if (errorCodeOf(error) !== 'methodNotFound') throw error;
    return undefined;
  }
}

/** Everything that the host holds from `seq` on until now, marks included. Rejects as `host/attach` does, or `timeout`. */
export async function readSince(source: ScreenSource, seq: number): Promise<ScreenRequest> {
  const { link, sessionId: session, generation } = source;
  const cursor = { generation, seq };
  const opened = await link.call('host/attach', { session, cursor, pace: 'background' });
  const reading = new Reading({ source, channel: opened.channel, seq });
  try {
    await reading.done;
    return reading.toRequest(opened.size);
  } finally {
    reading.dispose();
  }
}

interface ReadFrom {
  readonly source: ScreenSource;
  readonly channel: number;
  readonly seq: number;
}

/** One channel from its opening to the point that was the end then. */
class Reading {
  readonly done: Promise<void>;
  readonly #from: ReadFrom;
  readonly #settled = Promise.withResolvers<void>();
  readonly #subscriptions: readonly Disposable[];
  readonly #timer: NodeJS.Timeout;
  #pieces: ScreenPiece[] = [];
  #heldBytes = 0;
  #acked: number;

  constructor(from: ReadFrom) {
    this.#from = from;
    this.#acked = from.seq;
    this.done = this.#settled.promise;
    const { link } = from.source;
    this.#timer = setTimeout(
      () => this.#settled.reject(new WaggleError('timeout', 'The pty host sends no output.')),
      readLimitMs,
    );
    const closed = link.onDidClose((error) => this.#settled.reject(error));
    const frames = link.onFrame(from.channel, (frame) => this.#receive(frame));
    this.#subscriptions = [closed, frames];
  }

  /** A channel begins with the size at its start, behind the gap when there is one. */
  toRequest(fallback: TerminalSize): ScreenRequest {
    const { seq } = this.#from;
    const [first, ...rest] = this.#pieces;
    if (first?.kind === 'resize') return { seq, size: first.size, pieces: rest };
    const size = this.#pieces.find((piece) => piece.kind === 'resize')?.size ?? fallback;
    return { seq, size, pieces: this.#pieces };
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const one of this.#subscriptions) one.dispose();
    const { source, channel } = this.#from;
    // The channel may be gone with its connection or its session.
    source.link.call('host/detach', { channel }).catch(alreadyDetached);
  }

  #receive(frame: Frame): void {
    const { kind, seq, payload } = frame;
    if (frame.generation !== this.#from.source.generation) {
      return this.#settled.reject(new WaggleError('notFound', 'The session has another process.'));
    }
    if (kind === 'live') return this.#settled.resolve();
    if (kind === 'output') return this.#keep(seq, payload);
    const size = kind === 'resize' ? decodeSize(payload) : undefined;
    if (size !== undefined) this.#pieces.push({ kind: 'resize', seq, size });
    const to = kind === 'gap' ? decodeGap(payload) : undefined;
    if (to !== undefined) this.#pieces.push({ kind: 'gap', seq, to });
  }

  #keep(seq: number, payload: Uint8Array): void {
    this.#pieces.push({ kind: 'output', seq, bytes: Uint8Array.from(payload) });
    this.#heldBytes += payload.length;
    if (this.#heldBytes > readMaxBytes) this.#dropOldest();
    const end = seq + payload.length;
    if (end - this.#acked < ackEveryBytes) return;
    this.#acked = end;
    const { source, channel } = this.#from;
    source.link.send({ kind: 'ack', channel, generation: source.generation, seq: end });
  }

  /** Half of what is held becomes a gap; sizes are kept. */
  #dropOldest(): void {
    const sizes: ScreenPiece[] = [];
    const kept = [...this.#pieces];
    let to = this.#from.seq;
    while (this.#heldBytes > readMaxBytes / 2) {
      const piece = kept.shift();
      if (piece === undefined) break;
      if (piece.kind === 'resize') sizes.push(piece);
      if (piece.kind !== 'output') continue;
      this.#heldBytes -= piece.bytes.length;
      to = piece.seq + piece.bytes.length;
    }
    this.#pieces = [...sizes, { kind: 'gap', seq: this.#from.seq, to }, ...kept];
  }
}

function alreadyDetached(): undefined {
  return undefined;
}
