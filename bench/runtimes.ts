/** The runtimes that a figure is taken on: the one that runs us, and the oldest supported major. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ensureNode22 } from '../scripts/node22.ts';

const run = promisify(execFile);

export const oldestMajor = 22;

export interface BenchRuntime {
  readonly execPath: string;
  /** `24.21.0`. */
  readonly version: string;
}

export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

/** Ours first. Rejects when the other one cannot be had. */
export async function* findRuntimes(): AsyncIterable<BenchRuntime> {
  const { node } = process.versions;
  yield { execPath: process.execPath, version: node };
  if (majorOf(node) === oldestMajor) return;
  const execPath = await ensureNode22();
  const { stdout } = await run(execPath, ['--version']);
  yield { execPath, version: stdout.trim().replace(/^v/, '') };
}
