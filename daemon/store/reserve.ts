/** Space put by for the day the disk is full: given back then, so that rows can still be changed and removed. */
import { closeSync, constants, openSync, rmSync, statSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Disposable } from '../../protocol/wire/disposable.ts';

const reserveBytes = 32 * 1024 * 1024;
const pieceBytes = 1024 * 1024;
/** The first look comes late: a start is not the moment to write 32 MiB. */
const lookEveryMs = 5000;

export interface ReserveOptions {
  readonly path: string;
  readonly bytes?: number;
  readonly lookEveryMs?: number;
  /** There is room: enough for three reserves, or a quarter of a small file system. */
  readonly onRoom: () => void;
  readonly onFailed: (error: unknown) => void;
}

export interface Reserve extends Disposable {
  /** Gives the space back at once; it is taken again when three times as much is free. */
  release(): void;
}

export function createReserve(options: ReserveOptions): Reserve {
  const { path, bytes = reserveBytes } = options;
  let isWhole = statSync(path, { throwIfNoEntry: false })?.size === bytes;
  const timer = setInterval(look, options.lookEveryMs ?? lookEveryMs);
  timer.unref();

  function look(): void {
    if (isWhole) return;
    try {
      const { bavail, blocks, bsize } = statfsSync(dirname(path));
      const wanted = bytes * 3;
      if (bavail * bsize >= wanted) {
        fill(path, bytes);
        isWhole = true;
      }
      if (bavail * bsize >= Math.min(wanted, (blocks * bsize) / 4)) options.onRoom();
    } catch (error) {
      rmSync(path, { force: true });
      options.onFailed(error);
    }
  }

  return {
    release() {
      isWhole = false;
      rmSync(path, { force: true });
    },
    dispose: () => clearInterval(timer),
  };
}

/** Real bytes, not a hole: a sparse file would reserve nothing. */
function fill(path: string, bytes: number): void {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW = 0 } = constants;
  const descriptor = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  const piece = Buffer.alloc(pieceBytes, 0x57);
  try {
    for (let written = 0; written < bytes;)
      written += writeSync(descriptor, piece, 0, Math.min(pieceBytes, bytes - written));
  } finally {
    closeSync(descriptor);
  }
}
