import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostKind } from '../../protocol/host/host.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { FoundHost } from './hostFiles.ts';
import { findHosts } from './hostFiles.ts';

/** How long a host may take from the fork to its file. */
const startLimitMs = 10_000;
const lookEveryMs = 15;

/**
 * Starts a pty host, detached so that it outlives us, and resolves when its file is there.
 * @throws WaggleError `launchFailed` when it ends or stays silent; what it printed is in the daemon's output file.
 */
export async function spawnHost(
  context: Pick<FeatureContext, 'paths' | 'program'>,
  kind: HostKind,
): Promise<FoundHost> {
  const { paths, program } = context;
  const output = openSync(
    paths.outputFile,
    constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT,
    0o600,
  );
  const umask = program.sessionUmask.toString(8).padStart(3, '0');
  const runtime = program.findRuntime();
  const child = spawn(
    runtime.execPath,
    [program.entryOf('ptyhost'), ...['--home', paths.home, '--kind', kind, '--umask', umask]],
    {
      cwd: '/',
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...withoutMarkers(process.env), ...runtime.env },
      windowsHide: true,
    },
  );
  closeSync(output);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code ?? '?'}`));
  });
  const found = await Promise.race([ended, waitForFile(paths.runDir, child.pid)]);
  child.removeAllListeners();
  child.unref();
  if (typeof found !== 'string') return found;
  throw new WaggleError('launchFailed', `The pty host could not be started: ${found}.`, {
    fix: `Look at the end of ${paths.outputFile}.`,
  });
}

async function waitForFile(runDir: string, pid: number | undefined): Promise<FoundHost | string> {
  const deadline = performance.now() + startLimitMs;
  while (performance.now() < deadline) {
    const found = (await findHosts(runDir)).find((host) => host.isRunning && host.file.pid === pid);
    if (found !== undefined) return found;
    await delay(lookEveryMs);
  }
  return `it did not report within ${startLimitMs / 1000} s`;
}

/** Our own markers must not reach a host: what carries them is ended with the session they name. */
function withoutMarkers(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = ['WAGGLE_SESSION_ID', 'WAGGLE_HOST_ID', 'WAGGLE_TOKEN', 'WAGGLE_SOCKET'];
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.includes(name)));
}
