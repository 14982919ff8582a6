/** The runtimes that a figure is taken on: the one that runs us, and the oldest supported major when it can be had. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ensureNode22 } from '../scripts/node22.ts';

const run = promisify(execFile);

export interface BenchRuntime {
  readonly execPath: string;
  /** `24.21.0`. */
  readonly version: string;
}

/** Ours first. Without the other one the run goes on and says so. */
export async function findRuntimes(say: (text: string) => void): Promise<BenchRuntime[]> {
  const runtimes = [{ execPath: process.execPath, version: process.versions.node }];
  try {
    const execPath = await ensureNode22();
    const { stdout } = await run(execPath, ['--version']);
    runtimes.push({ execPath, version: stdout.trim().replace(/^v/, '') });
  } catch (error) {
    say(`Node 22 could not be had, measured without it: ${String(error)}`);
  }
  return runtimes;
}
