/** A pty host of its own on a temporary home, driven without a daemon: the data plane alone. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostLink } from '../link/host/host.ts';
import { connectHost } from '../link/host/host.ts';
import type { HostRoute } from '../link/stream/stream.ts';
import type { HostFile } from '../protocol/host/host.ts';
import { hostFileSchema } from '../protocol/host/host.ts';
import type { SessionId } from '../protocol/wire/brand.ts';
import { sessionIdSchema } from '../protocol/wire/brand.ts';
import { waitFor } from './waitFor.ts';

export interface HostRig {
  readonly control: HostLink;
  readonly pid: number;
  /** Starts `argv` in a new session with a ring of that size. */
  spawn(argv: readonly string[], ringBytes: number): Promise<SessionId>;
  /** What a client on the same machine gets from `session/attach`. */
  route(session: SessionId): Promise<HostRoute>;
  collect(session: SessionId): Promise<void>;
  stop(): Promise<void>;
}

async function readHostFile(runDirectory: string): Promise<HostFile | undefined> {
  const name = (await readdir(runDirectory)).find((entry) => /^host-.*\.json$/.test(entry));
  if (name === undefined) return undefined;
  return hostFileSchema.parse(JSON.parse(await readFile(join(runDirectory, name), 'utf8')));
}

/** Starts the host of `programDirectory` under `runtime` (a Node binary) and connects as the daemon would. */
export async function startHostRig(options: {
  readonly programDirectory: string;
  readonly temporaryDirectory: string;
  readonly runtime?: string;
}): Promise<HostRig> {
  const home = await mkdtemp(join(options.temporaryDirectory, 'host-'));
  const runDirectory = join(home, 'run');
  await mkdir(runDirectory, { mode: 0o700 });
  await mkdir(join(home, 'log'), { mode: 0o700 });
  const program = join(options.programDirectory, 'ptyhost.cjs');
  const child = spawn(
    options.runtime ?? process.execPath,
    [program, '--home', home, '--kind', 'pty', '--umask', '022'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const file = await waitFor('the pty host', () => readHostFile(runDirectory));
  const control = await connectHost({
    socket: file.socket,
    tokenId: 'control',
    secret: file.key,
    clientId: 'bench-control',
    kind: 'daemon',
  });
  return makeRig({ control, file, child, home });
}

interface RigParts {
  readonly control: HostLink;
  readonly file: HostFile;
  readonly child: ChildProcess;
  readonly home: string;
}

function makeRig({ control, file, child, home }: RigParts): HostRig {
  return {
    control,
    pid: file.pid,
    async spawn(argv, ringBytes) {
      const session = sessionIdSchema.parse(randomUUID());
      await control.call('host/spawn', {
        session,
        generation: 1,
        argv: [...argv],
        cwd: home,
        env: { PATH: process.env.PATH ?? '/usr/bin:/bin', TERM: 'xterm-256color' },
        size: { cols: 120, rows: 40 },
        ringBytes,
        meta: '',
      });
      return session;
    },
    async route(session) {
      const ticket = randomBytes(32).toString('hex');
      const clientId = `bench-${randomUUID()}`;
      await control.call('host/addTicket', {
        ticket,
        session,
        right: 'write',
        principal: 'owner',
        client: clientId,
      });
      const { socket, clientKey: key, pid, startTime } = file;
      return { socket, key, ticket, pid, startTime, clientId, kind: 'test' };
    },
    async collect(session) {
      await control.call('host/signal', { session, signal: 'SIGKILL' });
      await waitFor('the end of a session', async () => {
        const { collected } = await control.call('host/collect', { session });
        return collected ? true : undefined;
      });
    },
    async stop() {
      control.dispose();
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      await rm(home, { recursive: true, force: true });
    },
  };
}
