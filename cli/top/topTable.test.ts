import assert from 'node:assert/strict';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { Resources } from '../../protocol/session/resources.ts';
import { sumOf, topLines } from './topTable.ts';

const ids = ['1', '2', '3'].map((end) =>
  sessionIdSchema.parse(`0197a1b2-0000-7000-8000-00000000000${end}`),
);
const [first, second, third] = ids;

function resources(): Resources {
  assert.ok(first && second && third);
  return {
    sessions: [
      { sessionId: first, cpuPercent: 3, rssBytes: 212_000_000, processes: 4 },
      { sessionId: second, cpuPercent: 99.5, rssBytes: 5_000_000, processes: 1 },
      { sessionId: third, cpuPercent: 0, rssBytes: 12_000_000_000, processes: 12 },
    ],
    daemon: { pid: 70, cpuPercent: 0.5, rssBytes: 90_000_000, processes: 1 },
    hosts: [{ id: 'h', pid: 71, cpuPercent: 1, rssBytes: 50_000_000, processes: 1 }],
  };
}

const output = { columns: 80, paint: (text: string) => text };
const firstWords = (lines: readonly string[]): string[] =>
  lines.slice(1).map((line) => line.trim().split(/\s+/)[0] ?? '');

describe('the table of what sessions use', () => {
  it('has the busiest first, then hosts, the daemon and the sum, in 80 columns', () => {
    const lines = topLines(
      { resources: resources(), sessions: [], order: 'cpu', height: 24 },
      output,
    );
    assert.deepEqual(
      lines.slice(1).map((line) => line.trim().replaceAll(/\s+/g, ' ')),
      [
        '99.5 5 MB 1',
        '3.0 212 MB 4',
        '0.0 12.0 GB 12',
        'pty host 71 1.0 50 MB 1',
        'daemon 70 0.5 90 MB 1',
        'all 104.0 12.4 GB 19',
      ],
    );
    assert.ok(lines.every((line) => line.length <= 80));
  });

  it('has the largest first when memory is asked for', () => {
    const view = { resources: resources(), sessions: [], order: 'mem', height: 24 } as const;
    assert.deepEqual(firstWords(topLines(view, output)).slice(0, 3), ['0.0', '3.0', '99.5']);
  });

  it('says how many do not fit', () => {
    const view = { resources: resources(), sessions: [], order: 'cpu', height: 7 } as const;
    const lines = topLines(view, output);
    assert.equal(lines.length, 6);
    assert.deepEqual(firstWords(lines), ['99.5', '…', 'pty', 'daemon', 'all']);
  });

  it('says so where nobody can tell', () => {
    const unknown = { cpuPercent: null, rssBytes: null };
    const told = resources();
    const sum = sumOf({ ...told, daemon: { ...told.daemon, ...unknown } });
    assert.deepEqual(sum, { ...unknown, processes: 19 });
  });
});
