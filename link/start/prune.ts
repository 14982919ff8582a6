/** Removes programs that nobody needs any more. Loaded only when the daemon is on its way. */
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { HomePaths } from '../home/home.ts';
import { listLiveHosts } from './liveHosts.ts';
import type { Installed, StartableProgram } from './program.ts';
import { findWhole, isNewer } from './program.ts';

const versionsKept = 2;

/**
 * Removes drafts of a starter that died, and versions beyond the kept ones that no live host came from. `program` stays.
 * Needs the start lock.
 */
export function prunePrograms(paths: HomePaths, program: StartableProgram): void {
  const current = basename(dirname(program.daemon));
  const live = new Set(listLiveHosts(paths).map((host) => host.version));
  const entries = readdirSync(paths.programDir, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  for (const { name } of entries.filter((entry) => entry.name.endsWith('.tmp')))
    rmSync(join(paths.programDir, name), { recursive: true, force: true });
  const others = entries
    .filter(({ name }) => name !== current && !name.endsWith('.tmp'))
    .map(({ name }) => ({ name, manifest: findWhole(join(paths.programDir, name)) }))
    .filter((entry): entry is Installed => entry.manifest !== undefined)
    .toSorted((a, b) => (isNewer(a.manifest, b.manifest) ? -1 : 1));
  for (const { name } of others.slice(versionsKept - 1))
    if (!live.has(name)) rmSync(join(paths.programDir, name), { recursive: true, force: true });
}
