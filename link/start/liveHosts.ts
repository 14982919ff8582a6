/** The pty hosts of a data directory that run now, as their files say and the kernel confirms. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { HostFile } from '../../protocol/host/host.ts';
import { hostFileSchema } from '../../protocol/host/host.ts';
import type { HomePaths } from '../home/home.ts';
import { readPrivateFile } from '../home/home.ts';
import { isSameProcess } from '../process/process.ts';

export function listLiveHosts(paths: HomePaths): HostFile[] {
  return readdirSync(paths.runDir)
    .filter((name) => /^host-[0-9a-f]+\.json$/.test(name))
    .map((name) => parseHostFile(readPrivateFile(join(paths.runDir, name))))
    .filter((file) => file !== undefined)
    .filter(({ pid, startTime }) => isSameProcess(pid, startTime));
}

/** A file that is half there or not ours is no host. */
function parseHostFile(text: string | undefined): HostFile | undefined {
  if (text === undefined) return undefined;
  try {
    return hostFileSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
