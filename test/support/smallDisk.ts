/** A file system of its own that a test can fill to the last byte. Only root on Linux may make one. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class SmallDisk {
  readonly directory: string;
  readonly #filler: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.#filler = join(directory, 'filler');
  }

  /** Undefined where it cannot be had. */
  static mount(megabytes: number): SmallDisk | undefined {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
    const directory = mkdtempSync(join(tmpdir(), 'wgl-disk-'));
    const mounted = spawnSync('mount', [
      ...['-t', 'tmpfs', '-o', `size=${megabytes}m`],
      ...['tmpfs', directory],
    ]);
    if (mounted.status === 0) return new SmallDisk(directory);
    rmSync(directory, { recursive: true });
    return undefined;
  }

  /** Until not one byte more fits. */
  fill(): void {
    const descriptor = openSync(this.#filler, 'a');
    try {
      for (const bytes of [1024 * 1024, 4096, 1])
        writeUntilFull(descriptor, Buffer.alloc(bytes, 1));
    } finally {
      closeSync(descriptor);
    }
  }

  empty(): void {
    rmSync(this.#filler, { force: true });
  }

  /** What still runs from it keeps it until it ends. */
  unmount(): void {
    execFileSync('umount', ['--lazy', this.directory]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function writeUntilFull(descriptor: number, piece: Buffer): void {
  try {
    while (writeSync(descriptor, piece) === piece.length);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}
