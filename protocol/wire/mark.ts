/**
 * The payloads of the frames that are not plain bytes. Marks (resize, lease, exit, live) have a seq and length 0 in the
 * stream, so that what must be ordered with the bytes travels with them.
 */
import { z } from 'zod';

/** Columns and rows of a terminal. */
export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

export const terminalSizeSchema = z.object({
  cols: z.int().min(1).max(2000),
  rows: z.int().min(1).max(2000),
});

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeSize(size: TerminalSize): Uint8Array {
  const bytes = new Uint8Array(4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, size.cols, true);
  view.setUint16(2, size.rows, true);
  return bytes;
}

/** Undefined when the payload is not a size between 1 and 2000. */
export function decodeSize(payload: Uint8Array): TerminalSize | undefined {
  if (payload.length !== 4) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, 4);
  const size = { cols: view.getUint16(0, true), rows: view.getUint16(2, true) };
  return terminalSizeSchema.safeParse(size).success ? size : undefined;
}

/** How an input frame ended: the kernel took it, another client holds the lease, the queue is full, or nobody reads. */
export const inputOutcomes = ['delivered', 'denied', 'inputFull', 'ended'] as const;
export type InputOutcome = (typeof inputOutcomes)[number];

export function encodeInputOutcome(outcome: InputOutcome): Uint8Array {
  return Uint8Array.of(inputOutcomes.indexOf(outcome));
}

export function decodeInputOutcome(payload: Uint8Array): InputOutcome | undefined {
  return payload.length === 1 ? inputOutcomes[payload[0] ?? 255] : undefined;
}

/** Payload of `gap`: the frame's seq is the first missing byte, `to` the first byte that follows. */
export function encodeGap(to: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, to, true);
  return bytes;
}

export function decodeGap(payload: Uint8Array): number | undefined {
  if (payload.length !== 8) return undefined;
  const to = new DataView(payload.buffer, payload.byteOffset, 8).getFloat64(0, true);
  return Number.isSafeInteger(to) && to >= 0 ? to : undefined;
}

/** Payload of `exit`. `background`: processes of the session that still run. */
export const exitMarkSchema = z.object({
  code: z.int().nullable(),
  signal: z.int().nullable(),
  background: z.int().min(0),
});
export type ExitMark = z.infer<typeof exitMarkSchema>;

/** Payload of `lease` from the host: who may type now; null when nobody. `self` tells the receiver that it is the one. */
export const leaseMarkSchema = z.object({
  writer: z.string().nullable(),
  principal: z.string().nullable(),
  self: z.boolean(),
});
export type LeaseMark = z.infer<typeof leaseMarkSchema>;

/**
 * Payload of `lease` from a client. `focused`: a person looks at it now, so `acquire` is also granted when its own other
 * window has been silent; younger than version 1, and an older host grants it when the lease is free.
 */
export const leaseRequestSchema = z.object({
  want: z.enum(['acquire', 'take', 'release']),
  focused: z.boolean().optional(),
});
export type LeaseRequest = z.infer<typeof leaseRequestSchema>;

/** JSON payload of a mark or a call. */
export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** The value behind a JSON payload, or undefined when it is not of that shape. */
export function decodeJson<T>(payload: Uint8Array, schema: z.ZodType<T>): T | undefined {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(payload));
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
