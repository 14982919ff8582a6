import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readStartTime } from '../../link/process/process.ts';
import { readClaudeProcess } from './claudeProcess.ts';
import { listCodexThreads } from './codexProcess.ts';

/**
 * The processes that are in conversations now, by conversation id. Codex tells by its open files, which only Linux shows;
 * elsewhere nobody is known to be in one.
 */
export async function listHolders(agent: string, directory: string): Promise<Map<string, number>> {
  return agent === 'codex' ? listCodexHolders(directory) : listClaudeHolders(directory);
}

async function listClaudeHolders(directory: string): Promise<Map<string, number>> {
  const names = await readdir(join(directory, 'sessions')).catch(nothing);
  const holders = new Map<string, number>();
  for (const name of names) {
    const pid = Number(/^(\d+)\.json$/.exec(name)?.[1] ?? Number.NaN);
    const found = Number.isNaN(pid) ? undefined : await readClaudeProcess(directory, pid);
    if (found === undefined) continue;
    const startTime = readStartTime(pid);
    // Left behind by a process that was killed, or of a pid that somebody else has now.
    const isGone = startTime === undefined || (found.startTime ?? startTime) !== startTime;
    if (!isGone) holders.set(found.conversationId, pid);
  }
  return holders;
}

async function listCodexHolders(directory: string): Promise<Map<string, number>> {
  const holders = new Map<string, number>();
  const pids = (await readdir('/proc').catch(nothing)).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const name = await readFile(join('/proc', pid, 'comm'), 'utf8').catch(unnamed);
    if (!name.startsWith('codex')) continue;
    for (const id of await listCodexThreads(directory, Number(pid))) holders.set(id, Number(pid));
  }
  return holders;
}

function nothing(): string[] {
  return [];
}

function unnamed(): string {
  return '';
}
