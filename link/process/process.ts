/**
 * Processes of this machine as the kernel tells them: who runs, since when, under whom. A pid alone is never trusted: it is
 * re-used, so it is always compared together with its start time. Deliberately signals nobody and keeps no state.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** `startTime`: Linux clock ticks since boot, elsewhere milliseconds since the epoch. `sid`/`pgid`: 0 where unknown. */
export interface ProcessEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly startTime: number;
  readonly sid: number;
  readonly pgid: number;
  /** Ended, but not yet collected by its parent. */
  readonly zombie: boolean;
  /** Processor time used so far, milliseconds; null where the list does not tell. */
  readonly cpuMs: number | null;
  /** Resident memory; null where the list does not tell. */
  readonly rssBytes: number | null;
}

/** The unit of processor time in `/proc`, the same on every Linux that we run on. */
const tickMs = 10;

/** The start time of a process that runs, undefined when there is none of that pid (or only its zombie). */
export function readStartTime(pid: number): number | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (process.platform === 'linux') {
    const entry = readLinuxEntry(pid);
    return entry === undefined || entry.zombie ? undefined : entry.startTime;
  }
  return process.platform === 'win32' ? readWindowsStartTime(pid) : readPosixStartTime(pid);
}

/** Whether the process of that pid is still the one that started then. */
export function isSameProcess(pid: number, startTime: number): boolean {
  return readStartTime(pid) === startTime;
}

/** Every process that can be seen, zombies included. Empty where the system offers no list. */
export function listProcesses(): ProcessEntry[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readLinuxEntry(Number(name)))
      .filter((entry) => entry !== undefined);
  }
  return process.platform === 'win32' ? listWindowsProcesses() : listPosixProcesses();
}

/** One process, as in the list; undefined when it is gone, and where only the whole list can be had. */
export function readProcess(pid: number): ProcessEntry | undefined {
  return process.platform === 'linux' ? readLinuxEntry(pid) : undefined;
}

/** The environment that a process was started with; undefined where it cannot be read (gone, foreign, not Linux). */
export function readEnvironmentOf(pid: number): Map<string, string> | undefined {
  if (process.platform !== 'linux') return undefined;
  const text = readText(`/proc/${pid}/environ`);
  if (text === undefined) return undefined;
  const variables = new Map<string, string>();
  for (const pair of text.split('\0')) {
    const cut = pair.indexOf('=');
    if (cut > 0) variables.set(pair.slice(0, cut), pair.slice(cut + 1));
  }
  return variables;
}

/** The process group that reads from the terminal of a process: what a person sees. Linux only, undefined elsewhere. */
export function readForegroundGroup(pid: number): number | undefined {
  const text = process.platform === 'linux' ? readText(`/proc/${pid}/stat`) : undefined;
  const group = Number(text?.slice(text.lastIndexOf(')') + 2).split(' ')[5]);
  return group > 0 ? group : undefined;
}

/** A process may end between two looks, so that a file which cannot be read is an answer, not a failure. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function readLinuxEntry(pid: number): ProcessEntry | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name in parentheses may hold spaces and parentheses itself, so fields are counted from the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const startTime = Number(fields[19]);
  if (!Number.isFinite(startTime)) return undefined;
  return {
    pid,
    ppid: Number(fields[1]),
    pgid: Number(fields[2]),
    sid: Number(fields[3]),
    startTime,
    zombie: fields[0] === 'Z' || fields[0] === 'X',
    cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
    rssBytes: Number(fields[21]) * pageBytes(),
  };
}

let knownPageBytes: number | undefined;

/** Not told by any API: what the runtime calls bytes of us, by what the kernel calls pages. */
function pageBytes(): number {
  if (knownPageBytes === undefined) {
    const pages = Number(readText('/proc/self/statm')?.split(' ')[1]);
    const exponent = Math.round(Math.log2(process.memoryUsage.rss() / pages));
    knownPageBytes = Number.isFinite(exponent) ? 2 ** exponent : 4096;
  }
  return knownPageBytes;
}

/** Standard output of a system program, undefined when it fails or is not there. */
function readOutput(file: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(file, args, {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5000,
      windowsHide: true,
    });
  } catch {
    return undefined;
  }
}

/** The same in every time zone: a machine may travel while its processes run. NaN when it is none. */
function parseStartTime(lstart: string): number {
  return Date.parse(`${lstart} UTC`);
}

function readPosixStartTime(pid: number): number | undefined {
  const text = readOutput('ps', ['-o', 'lstart=', '-p', String(pid)])?.trim();
  const startTime = parseStartTime(text ?? '');
  return Number.isNaN(startTime) ? undefined : startTime;
}

function listPosixProcesses(): ProcessEntry[] {
  const lines =
    readOutput('ps', ['-axo', 'pid=,ppid=,pgid=,sess=,stat=,rss=,time=,lstart='])?.split('\n') ??
    [];
  return lines
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\w+)\s+(\S+)\s+(\d+)\s+(\S+)\s+(.+)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, ppid, pgid, sid, state, rssKib, time, started]) => ({
      pid: Number(pid),
      ppid: Number(ppid),
      pgid: Number(pgid),
      sid: Number(sid) || 0,
      startTime: parseStartTime(started ?? ''),
      zombie: state?.startsWith('Z') ?? false,
      cpuMs: parseCpuTime(time ?? ''),
      rssBytes: Number(rssKib) * 1024,
    }));
}

/** `[[days-]hours:]minutes:seconds[.hundredths]`. */
function parseCpuTime(text: string): number | null {
  const [days, clock] = text.includes('-') ? text.split('-') : ['0', text];
  const seconds = (clock ?? '').split(':').reduce((total, part) => total * 60 + Number(part), 0);
  const ms = (Number(days) * 86_400 + seconds) * 1000;
  return Number.isFinite(ms) ? ms : null;
}

const windowsColumns =
  'ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $(([DateTimeOffset]$_.CreationDate).ToUnixTimeMilliseconds())" }';

function queryWindows(filter: string): ProcessEntry[] {
  const script = `Get-CimInstance Win32_Process ${filter} | Where-Object CreationDate | ${windowsColumns}`;
  const lines =
    readOutput('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script]) ?? '';
  return lines
    .split(/\r?\n/)
    .map((line) => line.trim().split(' ').map(Number))
    .filter((row) => row.length === 3)
    .map(([pid = 0, ppid = 0, startTime = 0]) => ({
      pid,
      ppid,
      startTime,
      sid: 0,
      pgid: 0,
      zombie: false,
      cpuMs: null,
      rssBytes: null,
    }));
}

function readWindowsStartTime(pid: number): number | undefined {
  return queryWindows(`-Filter "ProcessId=${pid}"`)[0]?.startTime;
}

function listWindowsProcesses(): ProcessEntry[] {
  return queryWindows('');
}
