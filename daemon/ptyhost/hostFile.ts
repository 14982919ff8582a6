/** The file by which daemons find this host: 0600, written when the host listens, removed when it ends. */
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostFile } from '../../protocol/host/host.ts';

/** Writes `<folder>/host-<id>.json` in one step and returns its path. */
export function writeHostFile(folder: string, content: HostFile): string {
  const path = join(folder, `host-${content.id}.json`);
  const draft = `${path}.new`;
  writeFileSync(draft, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: 'wx' });
  // The starter's umask is the children's, and may be one that took our own rights away.
  chmodSync(draft, 0o600);
  renameSync(draft, path);
  return path;
}

export function removeFile(path: string): void {
  rmSync(path, { force: true });
}

/** A folder of ours alone. One that exists is left as it is: whoever made the home checks it. */
export function openFolder(path: string): void {
  if (mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(path, 0o700);
}
