/** What a process uses, as Linux tells it: the other systems have no such figures. */
import { readFileSync, readdirSync } from 'node:fs';

/** Proportional memory, bytes: pages shared with n processes count 1/n. */
export function readPss(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s*(\d+) kB/m.exec(text)?.[1] ?? Number.NaN) * 1024;
}

/** Resident memory, bytes. */
export function readResident(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
}

/** CPU time of all threads that live, seconds, exact to the nanosecond. */
export function readCpuSeconds(pid: number): number {
  const folder = `/proc/${pid}/task`;
  return readdirSync(folder)
    .map((task) => Number(readFileSync(`${folder}/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e9)
    .reduce((sum, seconds) => sum + seconds, 0);
}
