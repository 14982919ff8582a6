/** The lines of `waggle top`: sessions by what they use, then what holds them, then the sum. */
import { basename } from 'node:path';
import type { Resources, Usage } from '../../protocol/session/resources.ts';
import type { Session } from '../../protocol/session/session.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { layOutTable } from '../output/output.ts';
import type { Cell, Column, Output } from '../output/output.ts';

export type TopOrder = 'cpu' | 'mem';

export interface TopView {
  readonly resources: Resources;
  readonly sessions: readonly Session[];
  readonly order: TopOrder;
  /** Lines that the table may have. */
  readonly height: number;
}

type TopOutput = Pick<Output, 'columns' | 'paint'>;

const columns: readonly Column[] = [
  { title: 'NAME', min: 12, max: 28 },
  { title: 'STATE', min: 8, max: 11 },
  { title: ' CPU %', min: 6, max: 6 },
  { title: '     MEM', min: 8, max: 8 },
  { title: 'PROCS', min: 5, max: 5 },
  { title: 'AGENT', min: 6, max: 10 },
  { title: 'FOLDER', min: 0, max: 24 },
];

/** What all of it uses together. */
export function sumUsage(usages: readonly Usage[]): Usage {
  const add = (numbers: readonly (number | null)[]): number | null =>
    numbers.includes(null) ? null : numbers.reduce<number>((sum, number) => sum + (number ?? 0), 0);
  return {
    cpuPercent: add(usages.map(({ cpuPercent }) => cpuPercent)),
    rssBytes: add(usages.map(({ rssBytes }) => rssBytes)),
    processes: usages.reduce((sum, { processes }) => sum + processes, 0),
  };
}

export function topLines(view: TopView, output: TopOutput): string[] {
  const { resources, sessions } = view;
  const byId = new Map(sessions.map((session) => [session.id, session]));
  const used = resources.sessions.toSorted(by(view.order));
  const fixed = resources.hosts.length + 4;
  const room = Math.max(1, view.height - fixed);
  const shown = used.length > room ? used.slice(0, room - 1) : used;
  const hidden = used.length - shown.length;
  const rows: Cell[][] = [
    ...shown.map((usage) => sessionCells(byId.get(usage.sessionId), usage)),
    ...(hidden > 0 ? [[{ text: `… ${hidden} more`, style: 'dim' } as const]] : []),
    ...resources.hosts.map((host) => cellsOf(`pty host ${host.pid}`, host, 'dim')),
    cellsOf(`daemon ${resources.daemon.pid}`, resources.daemon, 'dim'),
    cellsOf('all', sumOf(resources), 'bold'),
  ];
  return layOutTable({ columns, rows, width: output.columns, paint: output.paint });
}

/** The sum over sessions, hosts and the daemon. */
export function sumOf({ sessions, hosts, daemon }: Resources): Usage {
  return sumUsage([...sessions, ...hosts, daemon]);
}

function by(order: TopOrder): (left: Usage, right: Usage) => number {
  const key = order === 'cpu' ? 'cpuPercent' : 'rssBytes';
  const other = order === 'cpu' ? 'rssBytes' : 'cpuPercent';
  return (left, right) =>
    (right[key] ?? 0) - (left[key] ?? 0) || (right[other] ?? 0) - (left[other] ?? 0);
}

function sessionCells(session: Session | undefined, usage: Usage): Cell[] {
  const [name, , ...numbers] = cellsOf(toPlainLine(session?.name ?? ''), usage);
  return [
    name ?? { text: '' },
    { text: session?.attention.state ?? '' },
    ...numbers,
    { text: toPlainLine(session?.agent ?? '') },
    { text: toPlainLine(session === undefined ? '' : basename(session.cwd) || session.cwd) },
  ];
}

function cellsOf(name: string, usage: Usage, style?: Cell['style']): Cell[] {
  const texts = [name, '', cpuText(usage).padStart(6), memoryText(usage).padStart(8)];
  return [...texts, String(usage.processes).padStart(5)].map((text) =>
    style === undefined ? { text } : { text, style },
  );
}

function cpuText({ cpuPercent }: Usage): string {
  return cpuPercent === null ? '?' : cpuPercent.toFixed(1);
}

function memoryText({ rssBytes }: Usage): string {
  if (rssBytes === null) return '?';
  const megabytes = rssBytes / 1_000_000;
  return megabytes < 10_000 ? `${Math.round(megabytes)} MB` : `${(megabytes / 1000).toFixed(1)} GB`;
}
