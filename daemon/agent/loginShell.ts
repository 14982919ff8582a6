import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';

const limitMs = 5000;
const maxOutputBytes = 1024 * 1024;

/** The person's shell: what the environment says, else the user database, else `/bin/sh`. */
export function findShell(env: Readonly<Record<string, string | undefined>>): string {
  const named = env['SHELL'];
  if (named?.startsWith('/') === true) return named;
  return readShellOfUser() ?? '/bin/sh';
}

function readShellOfUser(): string | undefined {
  try {
    const { shell } = userInfo();
    return shell?.startsWith('/') === true ? shell : undefined;
  } catch {
    return undefined;
  }
}

/**
 * PATH as an interactive login shell has it. Its start files may print anything, so the value stands between markers.
 * Undefined when the shell fails, hangs longer than 5 s, or says nothing.
 */
export function readLoginPath(
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (process.platform === 'win32') return Promise.resolve(undefined);
  const marker = randomBytes(8).toString('hex');
  const script = `printf '%s\\0%s\\0%s\\0' '${marker}' "$PATH" '${marker}'`;
  return new Promise((resolve) => {
    const child = spawn(findShell(env), ['-i', '-l', '-c', script], {
      env: { ...env, TERM: 'dumb' },
      // A session of its own, so that an interactive shell cannot take somebody's terminal.
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    const finish = (): void => {
      clearTimeout(timer);
      child.stdout.destroy();
      resolve(parseMarked(output, marker));
    };
    const timer = setTimeout(() => {
      endGroup(child.pid);
      finish();
    }, limitMs);
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      if (output.length < maxOutputBytes) output += text;
      if (parseMarked(output, marker) === undefined) return;
      endGroup(child.pid);
      finish();
    });
    child.once('error', finish);
    child.once('exit', finish);
  });
}

/** The value between two markers, each closed by NUL. */
export function parseMarked(output: string, marker: string): string | undefined {
  const from = output.indexOf(`${marker}\0`);
  if (from === -1) return undefined;
  const start = from + marker.length + 1;
  const end = output.indexOf(`\0${marker}\0`, start);
  return end === -1 ? undefined : output.slice(start, end);
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
