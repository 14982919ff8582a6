/** A client of a figure in a process of its own, which answers in lines of JSON. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** No client of any figure is silent for that long: it hangs, and the others are to be measured still. */
const limitMs = 5 * 60_000;
const folder = join(dirname(fileURLToPath(import.meta.url)), 'client');

export interface BenchClient {
  readonly pid: number;
  /** The next line; rejects when it ended without one, or was ended because none came for minutes. */
  line(): Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

/** `file` of `bench/client`, under our own runtime. */
export function startClient(file: string, args: readonly string[]): BenchClient {
  const child = spawn(process.execPath, [join(folder, file), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    async line() {
      const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
      const { value, done } = await lines.next().finally(() => clearTimeout(limit));
      if (done === true) throw new Error(`${file} ended without an answer`);
      return value;
    },
    kill: (signal) => void child.kill(signal),
  };
}
