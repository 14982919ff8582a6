/**
 * Cuts a host's bytes into frames and keeps none of them: output is handed on as it comes, piece by piece, each at its
 * own seq, because joining a frame from several reads would cost more than all else. Other frames come whole.
 */
import type { Frame, FrameFault, FrameHeader } from '../../protocol/wire/frame.ts';
import { frameHeaderBytes, readFrameHeader } from '../../protocol/wire/frame.ts';

/** Pieces that are kept apart at most: those of a byte each must not cost more than the bytes. */
const partsMax = 64;

export class FrameCutter {
  readonly #deliver: (frame: Frame) => void;
  readonly #header = new Uint8Array(frameHeaderBytes);
  #headerBytes = 0;
  /** The frame whose payload is coming, and how much of it is still missing. */
  #frame: FrameHeader | undefined;
  #missingBytes = 0;
  /** Copies of what came of a frame that is handed on whole. */
  #parts: Uint8Array[] = [];
  #fault: FrameFault | undefined;

  /** The payload that `deliver` gets is a view of the chunk for output, and its own otherwise. */
  constructor(deliver: (frame: Frame) => void) {
    this.#deliver = deliver;
  }

  /** Returns the fault that ends the stream; the cutter stays faulty. `bytes` may be overwritten afterwards. */
  push(bytes: Uint8Array): FrameFault | undefined {
    // `slice` of a Buffer would be a view of what is overwritten, for us and for whoever gets a payload.
    const chunk = Buffer.isBuffer(bytes)
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
      : bytes;
    let offset = 0;
    while (this.#fault === undefined && offset < chunk.length) {
      offset +=
        this.#frame === undefined
          ? this.#takeHeader(chunk, offset)
          : this.#takePayload(this.#frame, chunk, offset);
    }
    return this.#fault;
  }

  #takeHeader(chunk: Uint8Array, offset: number): number {
    const taken = Math.min(frameHeaderBytes - this.#headerBytes, chunk.length - offset);
    this.#header.set(chunk.subarray(offset, offset + taken), this.#headerBytes);
    this.#headerBytes += taken;
    if (this.#headerBytes < frameHeaderBytes) return taken;
    this.#headerBytes = 0;
    const header = readFrameHeader(this.#header, 0);
    if (typeof header === 'string') {
      this.#fault = header;
      return taken;
    }
    this.#frame = header;
    this.#missingBytes = header.length;
    if (header.length === 0) this.#takePayload(header, chunk, offset + taken);
    return taken;
  }

  #takePayload(frame: FrameHeader, chunk: Uint8Array, offset: number): number {
    const piece = chunk.subarray(offset, Math.min(chunk.length, offset + this.#missingBytes));
    const arrivedBytes = frame.length - this.#missingBytes;
    this.#missingBytes -= piece.length;
    if (this.#missingBytes === 0) this.#frame = undefined;
    if (frame.kind === 'output') this.#hand(frame, frame.seq + arrivedBytes, piece);
    else this.#keep(frame, piece);
    return piece.length;
  }

  #keep(frame: FrameHeader, piece: Uint8Array): void {
    this.#parts.push(piece.slice());
    if (this.#missingBytes > 0 && this.#parts.length < partsMax) return;
    const joined = join(this.#parts);
    this.#parts = this.#missingBytes > 0 ? [joined] : [];
    if (this.#missingBytes === 0) this.#hand(frame, frame.seq, joined);
  }

  #hand({ length: _length, ...header }: FrameHeader, seq: number, payload: Uint8Array): void {
    this.#deliver({ ...header, seq, payload });
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}
