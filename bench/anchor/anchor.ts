/**
 * The physical anchors: a C reader compiled with the system's `cc`, and `node -e 0`. They say what the machine can do in
 * the same round, so that a figure is a ratio and not the weather.
 */
import { execFile, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const source = join(dirname(fileURLToPath(import.meta.url)), 'ptyAnchor.c');

export interface ReadResult {
  readonly seconds: number;
  /** CPU seconds of the reader alone. */
  readonly cpu: number;
}

export interface PtyAnchor {
  /** Reads `bytes` that `command` writes to a pty after it printed "ready" and got a newline. */
  read(bytes: number, command: string): Promise<ReadResult>;
  /** The command line of a program that writes so many bytes per second for ever; 0: as many as it can. */
  pour(bytesPerSecond: number): string[];
  /** Round trips of single characters through a raw pty with `cat`, microseconds. */
  echo(count: number, gapUs: number): Promise<number[]>;
}

/** Compiles the anchor into `directory`; throws with the line that installs a compiler when there is none. */
export function compilePtyAnchor(directory: string): PtyAnchor {
  const binary = join(directory, 'ptyAnchor');
  const compiled = spawnSync('cc', ['-O2', '-o', binary, source, '-lutil'], { encoding: 'utf8' });
  if (compiled.status !== 0) {
    throw new Error(
      `The C anchor needs a compiler (apt-get install gcc libc6-dev): ${compiled.stderr}`,
    );
  }
  return {
    async read(bytes, command) {
      const { stdout } = await run(binary, ['read', String(bytes), command]);
      return JSON.parse(stdout) as ReadResult;
    },
    pour: (bytesPerSecond) => [binary, 'pour', String(bytesPerSecond)],
    async echo(count, gapUs) {
      const { stdout } = await run(binary, ['echo', String(count), String(gapUs)]);
      return JSON.parse(stdout) as number[];
    },
  };
}

/** Milliseconds of one `node -e 0`, start to exit. */
export async function measureNodeStart(): Promise<number> {
  const begin = performance.now();
  await run(process.execPath, ['-e', '0']);
  return performance.now() - begin;
}
