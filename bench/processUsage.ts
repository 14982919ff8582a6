/** What a process uses, as Linux tells it: the other systems have no such figures. */
import { readFileSync } from 'node:fs';

/** Proportional memory, bytes: pages shared with n processes count 1/n. */
export function readPss(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s*(\d+) kB/m.exec(text)?.[1] ?? Number.NaN) * 1024;
}

/** Resident memory, bytes. */
export function readResident(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
}

const ticksPerSecond = 100;

/** CPU time, seconds, of all threads it has and had; exact to 10 ms. */
export function readCpuSeconds(pid: number): number {
  return readStat(`/proc/${pid}/stat`);
}

/** The same of its first thread alone. */
export function readMainThreadSeconds(pid: number): number {
  return readStat(`/proc/${pid}/task/${pid}/stat`);
}

function readStat(path: string): number {
  const text = readFileSync(path, 'utf8');
  // The name before it may hold anything, spaces and brackets too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
