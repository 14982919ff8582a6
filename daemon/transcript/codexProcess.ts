import { readdir, readlink, realpath } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';

const threadId = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const lockName = new RegExp(`^(${threadId})\\.lock$`);
const rolloutName = new RegExp(`^rollout-.*-(${threadId})\\.jsonl$`);

/**
 * The conversations that a process of Codex holds open: a lock from its start, and the file from the first prompt on. The
 * one opened last comes last. Empty for other processes, and where open files cannot be seen (Linux only).
 */
export async function listCodexThreads(directory: string, pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = (await readdir(folder).catch(gone)).toSorted((a, b) => Number(a) - Number(b));
  const targets = await Promise.all(
    descriptors.map((name) => readlink(join(folder, name)).catch(closed)),
  );
  // The kernel tells real paths, and a person may have linked the directory.
  const root = `${await realpath(directory).catch(() => directory)}${sep}`;
  const found = targets.filter((target) => target.startsWith(root)).flatMap(threadOf);
  // Set keeps the place of the first: removed and added again, the last one holds.
  return [...new Set(found.toReversed())].toReversed();
}

/** The id in the name of a conversation's file. */
export function codexThreadOfFile(path: string): string | undefined {
  return rolloutName.exec(basename(path))?.[1];
}

function threadOf(target: string): string[] {
  const name = basename(target);
  const id = lockName.exec(name)?.[1] ?? rolloutName.exec(name)?.[1];
  return id === undefined ? [] : [id];
}

function gone(): string[] {
  return [];
}

function closed(): string {
  return '';
}
