/** Starts a `listeningClient.ts`, which can be stopped and told to go on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface StoppedClient {
  /** It goes on; what it said at its end. */
  goOn(): Promise<string>;
  end(): Promise<void>;
}

/** Resolves when it listens, or is attached to `session`, and stands still. */
export async function startStopped(home: string, session?: string): Promise<StoppedClient> {
  const program = join(import.meta.dirname, 'listeningClient.ts');
  const args = [program, home, ...(session === undefined ? [] : [session])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => String((await lines.next()).value);
  if ((await nextLine()) !== 'ready') throw new Error('the client did not get ready');
  child.kill('SIGSTOP');
  return {
    goOn() {
      child.kill('SIGCONT');
      return nextLine();
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
