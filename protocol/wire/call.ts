/**
 * JSON-RPC inside `call` frames, as the host's socket carries it. A message larger than one frame is split: the header's
 * seq says how many bytes of the message still follow in further `call` frames of the same direction.
 */
import type { Frame } from './frame.ts';
import { encodeFrame, framePayloadMax } from './frame.ts';
import { encodeJson } from './mark.ts';

const decoder = new TextDecoder();

/** The frames of one message, in order. They must not be mixed with those of another message. */
export function encodeCall(message: unknown): Uint8Array[] {
  const bytes = encodeJson(message);
  const frames: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; from += framePayloadMax) {
    const to = Math.min(bytes.length, from + framePayloadMax);
    const payload = bytes.subarray(from, to);
    frames.push(encodeFrame({ kind: 'call', seq: bytes.length - to, payload }));
  }
  return frames;
}

/** Joins the frames of a split message. Holds at most `maxBytes`, whatever was announced. */
export class CallAssembler {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The text of the message that this frame completes, undefined while more follows, or the fault. */
  push(frame: Frame): string | undefined | { readonly fault: 'tooLong' } {
    const total = this.#bytes + frame.payload.length + frame.seq;
    if (total > this.#maxBytes) return { fault: 'tooLong' };
    this.#parts.push(frame.payload.slice());
    this.#bytes += frame.payload.length;
    if (frame.seq > 0) return undefined;
    const text = decoder.decode(joinBytes(this.#parts, this.#bytes));
    this.#parts = [];
    this.#bytes = 0;
    return text;
  }
}

function joinBytes(parts: readonly Uint8Array[], length: number): Uint8Array {
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
