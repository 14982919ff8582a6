import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostFile } from '../../protocol/host/host.ts';
import { hostFileSchema } from '../../protocol/host/host.ts';
import { readPrivateFile } from '../../link/home/home.ts';
import { isSameProcess } from '../../link/process/process.ts';

const namePattern = /^host-[0-9a-f]{32}\.json$/;
const socketPattern = /\/host-[0-9a-f]+\.sock$/;

export interface FoundHost {
  readonly path: string;
  readonly file: HostFile;
  /** The process of the file still runs: pid and start time agree. */
  readonly isRunning: boolean;
}

/** The files of pty hosts in `<home>/run`; those that cannot be read, or are half written, are left out. */
export async function findHosts(runDir: string): Promise<FoundHost[]> {
  const names = (await readdir(runDir)).filter((name) => namePattern.test(name));
  return names.map((name) => readHost(join(runDir, name))).filter((found) => found !== undefined);
}

/** Removes the file of a host that is gone, and the socket that it left behind. */
export async function forgetHost({ path, file }: Pick<FoundHost, 'path' | 'file'>): Promise<void> {
  if (socketPattern.test(file.socket)) await rm(file.socket, { force: true });
  await rm(path, { force: true });
}

function readHost(path: string): FoundHost | undefined {
  const text = readPrivateFile(path);
  if (text === undefined) return undefined;
  const parsed = hostFileSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const file = parsed.data;
  return { path, file, isRunning: isSameProcess(file.pid, file.startTime) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
