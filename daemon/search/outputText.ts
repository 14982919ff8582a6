/**
 * The words in raw output of terminals. Draws nothing: what a program painted over stays, and what it paints again and
 * again is there once. Pure.
 */
import { createHash } from 'node:crypto';

const csi = String.raw`\u001b\[[0-?]*[ -/]*[@-~]`;
const text = String.raw`\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?`;
const other = String.raw`\u001b[ -/]*[0-~]`;
/** The cursor goes elsewhere in its line: what follows is another word. */
const along = /\u001b\[\d*[CDG`a]/g;
/** It goes to another line. */
const elsewhere = /\u001b\[[\d;]*[ABEFHdf]|\u001b[DEM78]/g;
const sequences = new RegExp(`${csi}|${text}|${other}`, 'g');
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Lines of plain text, as they came; empty ones are left out. */
export function toPlainLines(raw: string): string[] {
  return raw
    .replaceAll(along, ' ')
    .replaceAll(elsewhere, '\n')
    .replaceAll(sequences, '')
    .replaceAll(/\r+\n?/g, '\n')
    .replaceAll(controls, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

export interface OutputPiece {
  /** Offsets in what was given. */
  readonly from: number;
  readonly to: number;
}

const pieceBytes = 4096;
const lineFeed = 0x0a;
const escape = 0x1b;
/** A sequence that was cut is at most so long. */
const sequenceMaxBytes = 256;

/** Cuts output into pieces of about 4 KiB, at the end of a line where there is one, never in a sequence or a character. */
export function cutPieces(output: Uint8Array, isOver: boolean): OutputPiece[] {
  const pieces: OutputPiece[] = [];
  let from = 0;
  while (output.length - from > pieceBytes) {
    const to = endOfPiece(output, from);
    pieces.push({ from, to });
    from = to;
  }
  if (isOver && from < output.length) pieces.push({ from, to: output.length });
  return pieces;
}

function endOfPiece(output: Uint8Array, from: number): number {
  const limit = from + pieceBytes;
  const line = output.subarray(from, limit).lastIndexOf(lineFeed);
  if (line >= 0) return from + line + 1;
  const tail = output.subarray(limit - sequenceMaxBytes, limit).lastIndexOf(escape);
  let to = tail > 0 ? limit - sequenceMaxBytes + tail : limit;
  while (to > from + 1 && ((output[to] ?? 0) & 0xc0) === 0x80) to -= 1;
  return to;
}

/** Which lines were seen lately: spinners, headers and prompts that are drawn again say nothing new. */
export class SeenLines {
  readonly #seen = new Set<string>();

  /** Those that were not seen before, in order. */
  takeNew(lines: readonly string[]): string[] {
    return lines.filter((line) => this.#add(line));
  }

  /** The same for lines that will come again with more: they are not remembered. */
  peekNew(lines: readonly string[]): string[] {
    return lines.filter((line) => !this.#seen.has(keyOf(line)));
  }

  #add(line: string): boolean {
    const key = keyOf(line);
    const isNew = !this.#seen.delete(key);
    this.#seen.add(key);
    if (this.#seen.size > linesRemembered) {
      const [oldest] = this.#seen;
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    return isNew;
  }
}

const linesRemembered = 4000;

function keyOf(line: string): string {
  return line.length <= 32 ? line : createHash('sha1').update(line).digest('base64');
}
