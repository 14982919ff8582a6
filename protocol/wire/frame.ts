/**
 * The binary frame, one header for all transports: 24 bytes, little-endian, then the payload. Total functions over
 * untrusted bytes: they return a value or a typed fault, never throw, and never allocate by an announced length.
 */

export const frameMagic = 0x57;
export const frameVersion = 1;
export const frameHeaderBytes = 24;
/** Largest payload of one frame, bytes. */
export const framePayloadMax = 256 * 1024;

/** Kinds in the order of their number, which never changes. New kinds are appended. */
export const frameKinds = [
  'call',
  'output',
  'input',
  'inputAnswer',
  'resize',
  'gap',
  'snapshot',
  'exit',
  'ack',
  'lease',
  'live',
] as const;
export type FrameKind = (typeof frameKinds)[number];

const kindNumbers: ReadonlyMap<FrameKind, number> = new Map(
  frameKinds.map((kind, index) => [kind, index + 1]),
);

/**
 * One frame. `channel`: the number `attach` returned. `generation`: of the session's process. `seq`: byte offset in the
 * output of that generation; in `input` and `inputAnswer` the client's number; in `ack` the cursor.
 */
export interface Frame {
  readonly kind: FrameKind;
  readonly flags: number;
  readonly channel: number;
  readonly generation: number;
  readonly seq: number;
  readonly payload: Uint8Array;
}

export type FrameFault =
  | 'badMagic'
  | 'badVersion'
  | 'unknownKind'
  | 'badFlags'
  | 'tooLong'
  | 'badSeq'
  | 'badLength';

const noBytes = new Uint8Array(0);
/** Chunks that are kept apart at most. */
const partsMax = 64;

/** Writes header and payload into one new buffer: a frame is always a copy, so a ring may be overwritten behind it. */
export function encodeFrame(frame: Partial<Frame> & Pick<Frame, 'kind'>): Uint8Array {
  const payload = frame.payload ?? noBytes;
  const bytes = new Uint8Array(frameHeaderBytes + payload.length);
  writeFrameHeader(bytes, frame, payload.length);
  bytes.set(payload, frameHeaderBytes);
  return bytes;
}

/** Writes only the header at the start of `target`, for callers that fill the payload themselves. */
export function writeFrameHeader(
  target: Uint8Array,
  frame: Partial<Omit<Frame, 'payload'>> & Pick<Frame, 'kind'>,
  payloadBytes: number,
): void {
  const view = new DataView(target.buffer, target.byteOffset, frameHeaderBytes);
  view.setUint8(0, frameMagic);
  view.setUint8(1, frameVersion);
  view.setUint8(2, kindNumbers.get(frame.kind) ?? 0);
  view.setUint8(3, frame.flags ?? 0);
  view.setUint32(4, payloadBytes, true);
  view.setUint32(8, frame.channel ?? 0, true);
  view.setUint32(12, frame.generation ?? 0, true);
  view.setFloat64(16, frame.seq ?? 0, true);
}

/** `length`: bytes of the payload that follows. */
export type FrameHeader = Omit<Frame, 'payload'> & { readonly length: number };

/** Reads the header at `offset`, where at least `frameHeaderBytes` must be. */
export function readFrameHeader(bytes: Uint8Array, offset: number): FrameHeader | FrameFault {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, frameHeaderBytes);
  if (view.getUint8(0) !== frameMagic) return 'badMagic';
  if (view.getUint8(1) !== frameVersion) return 'badVersion';
  const kind = frameKinds[view.getUint8(2) - 1];
  if (kind === undefined) return 'unknownKind';
  const flags = view.getUint8(3);
  if (flags !== 0) return 'badFlags';
  const length = view.getUint32(4, true);
  if (length > framePayloadMax) return 'tooLong';
  const seq = view.getFloat64(16, true);
  if (!Number.isSafeInteger(seq) || seq < 0) return 'badSeq';
  return {
    kind,
    flags,
    length,
    channel: view.getUint32(8, true),
    generation: view.getUint32(12, true),
    seq,
  };
}

/** Decodes exactly one frame, as a WebSocket message carries it. The payload is a view of `bytes`. */
export function decodeFrame(bytes: Uint8Array): Frame | FrameFault {
  if (bytes.length < frameHeaderBytes) return 'badLength';
  const header = readFrameHeader(bytes, 0);
  if (typeof header === 'string') return header;
  if (header.length !== bytes.length - frameHeaderBytes) return 'badLength';
  const { length, ...rest } = header;
  return { ...rest, payload: bytes.subarray(frameHeaderBytes, frameHeaderBytes + length) };
}

/**
 * Cuts a byte stream into frames. `push` returns the complete frames so far, or the fault that ends the stream; after a
 * fault the decoder stays faulty. Payloads are copies unless a chunk holds the whole frame.
 */
export class FrameDecoder {
  /** Chunks of a frame that is not complete: joined once when it is, instead of again with every chunk. */
  #parts: Uint8Array[] = [];
  #pendingBytes = 0;
  #neededBytes = frameHeaderBytes;
  #fault: FrameFault | undefined;

  /** Keeps `chunk` until its frame is complete: it must not be overwritten. */
  push(chunk: Uint8Array): Frame[] | FrameFault {
    if (this.#fault !== undefined) return this.#fault;
    this.#parts.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes < this.#neededBytes) {
      // Chunks of a byte each must not cost more than the bytes.
      if (this.#parts.length >= partsMax) this.#parts = [join(this.#parts, this.#pendingBytes)];
      return [];
    }
    return this.#cut(join(this.#parts, this.#pendingBytes));
  }

  /** Bytes of an incomplete frame that wait for more; at most one header and one payload. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  #cut(bytes: Uint8Array): Frame[] | FrameFault {
    const frames: Frame[] = [];
    let offset = 0;
    this.#neededBytes = frameHeaderBytes;
    while (bytes.length - offset >= frameHeaderBytes) {
      const header = readFrameHeader(bytes, offset);
      if (typeof header === 'string') {
        this.#fault = header;
        return header;
      }
      const end = offset + frameHeaderBytes + header.length;
      this.#neededBytes = end - offset;
      if (end > bytes.length) break;
      const { length: _length, ...rest } = header;
      frames.push({ ...rest, payload: bytes.subarray(offset + frameHeaderBytes, end) });
      offset = end;
      this.#neededBytes = frameHeaderBytes;
    }
    this.#parts = offset === bytes.length ? [] : [bytes.slice(offset)];
    this.#pendingBytes = bytes.length - offset;
    return frames;
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
