/**
 * Which processes stand below another one, and how to end all of them for certain.
 * Reads /proc on Linux (a slim image has no `ps`), `ps` on other Unix systems and `taskkill` on Windows.
 * Deliberately leaves a daemon alone that detached itself on purpose (own process group, no terminal): outliving the
 * program that started it is what it is for.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** One living process. `startedAt` is opaque; with `pid` it names a process for good, although pids are used again. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly detached: boolean;
  readonly startedAt: string;
  readonly command: string;
}

/** All processes that this user can see; zombies are left out. Empty on Windows. */
export function listProcesses(): ProcessRow[] {
  if (process.platform === 'linux') return listFromProc();
  return process.platform === 'win32' ? [] : listFromPs();
}

/** What counts as below a process. */
export interface TreeOptions {
  /** Also what detached itself: for a process whose business such children are. */
  readonly withDetached?: boolean;
}

/** The processes below `pid`, itself included when it lives, parents before children, detached daemons left out. */
export function listTree(
  pid: number,
  rows: readonly ProcessRow[] = listProcesses(),
  { withDetached = false }: TreeOptions = {},
): ProcessRow[] {
  const tree = rows.filter((row) => row.pid === pid);
  const open = [pid];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const children = rows.filter(
      (row) => row.parent === next && (withDetached || !row.detached) && row.pid !== pid,
    );
    tree.push(...children);
    open.push(...children.map((row) => row.pid));
  }
  return tree;
}

/**
 * Ends `pid` and what is below it: TERM to the top so that it can clean up, KILL to what is left after `graceMs` (5 s).
 * @throws when a process of the tree still lives 5 s after KILL; the message names it.
 */
export async function endTree(
  pid: number,
  options: TreeOptions & { readonly graceMs?: number } = {},
): Promise<void> {
  if (process.platform === 'win32') return endOnWindows(pid);
  const tree: WatchedTree = { pid, options, known: new Map() };
  // Before the signal: children of a parent that dies at once are found below nobody.
  livingOf(tree);
  sendSignal(pid, 'SIGTERM');
  if (await isGone(tree, options.graceMs ?? 5000)) return;
  for (const row of livingOf(tree)) sendSignal(row.pid, 'SIGKILL');
  if (await isGone(tree, 5000)) return;
  const left = livingOf(tree).map((row) => `${row.pid} (${row.command})`);
  throw new Error(`Failed to end process ${pid}: still there after KILL: ${left.join(', ')}`);
}

interface WatchedTree {
  readonly pid: number;
  readonly options: TreeOptions;
  /** Every member ever seen, because a child of a dead parent is no longer found below it. */
  readonly known: Map<string, ProcessRow>;
}

async function isGone(tree: WatchedTree, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (livingOf(tree).length > 0) {
    if (Date.now() > deadline) return false;
    await delay(50);
  }
  return true;
}

function livingOf({ pid, options, known }: WatchedTree): ProcessRow[] {
  const rows = listProcesses();
  const living = new Map(rows.map((row) => [`${row.pid} ${row.startedAt}`, row]));
  const roots = [...known.entries()].filter(([key]) => living.has(key)).map(([, row]) => row.pid);
  for (const root of known.size === 0 ? [pid] : roots) {
    for (const row of listTree(root, rows, options)) known.set(`${row.pid} ${row.startedAt}`, row);
  }
  return [...known.entries()].filter(([key]) => living.has(key)).map(([, row]) => row);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isNoSuchProcess(error)) throw error;
  }
}

function isNoSuchProcess(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ESRCH';
}

function endOnWindows(pid: number): void {
  try {
    execFileSync('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' });
  } catch (error) {
    const notFoundStatus = 128;
    if (!(error instanceof Error && 'status' in error && error.status === notFoundStatus))
      throw error;
  }
}

function listFromProc(): ProcessRow[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readGone(`/proc/${name}/stat`);
      const row = stat && parseStat(Number(name), stat);
      return row ? [row] : [];
    });
}

/** `stat` is `pid (comm) state ppid pgrp session tty …`; comm may hold spaces and brackets. Field 22 is the start time. */
function parseStat(pid: number, stat: string): ProcessRow | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, , terminal] = fields;
  if (state === 'Z' || state === 'X') return undefined;
  const command = readGone(`/proc/${pid}/cmdline`)?.split('\0').join(' ').trim() ?? '';
  return {
    pid,
    parent: Number(parent),
    detached: Number(group) === pid && terminal === '0',
    startedAt: fields[19] ?? '',
    command: command || stat.slice(stat.indexOf('('), stat.lastIndexOf(')') + 1),
  };
}

/** A process may end between the listing and the reading; then there is nothing to read, which is an answer. */
function readGone(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM')
      return undefined;
    throw error;
  }
}

function listFromPs(): ProcessRow[] {
  const output = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,tty=,lstart=,command='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return output.split('\n').flatMap((line) => {
    const match =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(
        line,
      );
    if (!match || match[4]?.startsWith('Z')) return [];
    const [, pid = '', parent = '', group = '', , terminal = '', startedAt = '', command = ''] =
      match;
    const detached = group === pid && terminal.startsWith('?');
    return [{ pid: Number(pid), parent: Number(parent), detached, startedAt, command }];
  });
}
