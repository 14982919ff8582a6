/**
 * Everything that Waggle left on this machine for one data directory, and its removal: entries in other programs' files,
 * the command on PATH, the data. Ends no process, and deletes nothing that it does not know by name.
 */
import type { Stats } from 'node:fs';
import { lstatSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { AccessContext, AccessAgentId, Change } from '../access/access.ts';
import {
  accessAgentIds,
  applyChange,
  dropHeldToken,
  findAccess,
  listFiles,
  mayHoldEntry,
  planTaking,
} from '../access/access.ts';
import { hasCode } from '../home/home.ts';
import { findServiceFile, removeService, servicePlaceOf } from '../service/service.ts';
import { findShim, removeShim } from '../shim/shim.ts';

export type Trace =
  | {
      readonly kind: 'entry';
      readonly label: string;
      readonly path: string;
      readonly change: Change;
    }
  /** An entry that must be taken away by hand, and why. */
  | {
      readonly kind: 'stuckEntry';
      readonly label: string;
      readonly path: string;
      readonly reason: string;
      readonly fix: string | undefined;
    }
  | { readonly kind: 'command'; readonly path: string; readonly directory: string }
  /** It starts when the person logs in. */
  | { readonly kind: 'login'; readonly path: string }
  | { readonly kind: 'data'; readonly path: string; readonly bytes: number };

export interface RemovalContext extends AccessContext {
  /** Where the command on PATH may have been put. */
  readonly commandDirectories: readonly string[];
}

/** All that a data directory can hold; a name that ends in `*` stands for all that begin so. */
const dataNames = [
  'access',
  'backup',
  'bin',
  'embedding',
  'embedding.key*',
  'hooks',
  'instance.json*',
  'lock.db*',
  'log',
  'login.txt',
  'notes',
  'owner.token*',
  'program',
  'reserve*',
  'run',
  'spool',
  'tools',
  'waggle.db*',
] as const;

/** What there is now, in the order in which it is removed. */
export function listTraces(context: RemovalContext): Trace[] {
  return [
    ...accessAgentIds.flatMap((id) => listEntries(context, id)),
    ...context.commandDirectories.flatMap((directory): Trace[] => {
      const path = findShim(directory, context.platform);
      return path === undefined ? [] : [{ kind: 'command', path, directory }];
    }),
    ...listLogin(context),
    ...listData(context.paths.home),
  ];
}

function listEntries(context: RemovalContext, id: AccessAgentId): Trace[] {
  const { label } = findAccess(context, id);
  return listFiles(context, id).flatMap((path): Trace[] => {
    try {
      const change = planTaking(context, id, path);
      return change.isNeeded ? [{ kind: 'entry', label, path, change }] : [];
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      // An entry of somebody else's is no trace of ours.
      if (error.code === 'conflict' || !mayHoldEntry(context, id, path)) return [];
      return [{ kind: 'stuckEntry', label, path, reason: error.message, fix: error.fix }];
    }
  });
}

function listLogin({ paths, env, platform }: RemovalContext): Trace[] {
  const path = findServiceFile(servicePlaceOf(paths.home, env, platform));
  return path === undefined ? [] : [{ kind: 'login', path }];
}

function listData(home: string): Trace[] {
  const names = listOwnNames(home);
  if (names.length === 0) return [];
  const bytes = names.reduce((sum, name) => sum + sizeOf(join(home, name)), 0);
  return [{ kind: 'data', path: home, bytes }];
}

function listOwnNames(home: string): string[] {
  const stats = lstatSync(home, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return [];
  return readdirSync(home).filter((name) => isOwnName(name));
}

export function isOwnName(name: string): boolean {
  return dataNames.some((known) =>
    known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known,
  );
}

function sizeOf(path: string): number {
  const stats: Stats | undefined = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

/**
 * Removes one trace. Names in the data directory that are not ours stay, and are returned.
 * The daemon and the hosts of a data directory must have ended before its data goes.
 * @throws WaggleError when it cannot be removed; it is as it was then.
 */
export async function removeTrace(context: RemovalContext, trace: Trace): Promise<string[]> {
  if (trace.kind === 'entry') {
    await applyChange(context, trace.change);
    dropHeldToken(context.paths, trace.change.agent);
  } else if (trace.kind === 'stuckEntry') {
    throw new WaggleError(
      'forbidden',
      trace.reason,
      trace.fix === undefined ? {} : { fix: trace.fix },
    );
  } else if (trace.kind === 'command') {
    removeShim(trace.directory, context.platform);
  } else if (trace.kind === 'login') {
    const { paths, env, platform } = context;
    await removeService(servicePlaceOf(paths.home, env, platform));
  } else {
    return removeData(trace.path);
  }
  return [];
}

function removeData(home: string): string[] {
  for (const name of listOwnNames(home)) rmSync(join(home, name), { recursive: true, force: true });
  const left = readdirSync(home);
  if (left.length === 0) removeEmpty(home);
  return left;
}

/** Another program may put something there at this moment: then it stays. */
function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY')) throw error;
  }
}
