import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TaskBench } from '../../bench/taskBench.ts';
import type { FeatureContext } from '../context.ts';
import type { FileTasksContext } from './fileTasks.ts';
import { FileTasks } from './fileTasks.ts';

const id = '01890a5d-ac96-774b-bcce-b302099a8057';

describe('task files', () => {
  let bench: TaskBench;
  let directory: string;

  beforeEach(async () => {
    bench = await TaskBench.open();
    directory = mkdtempSync(join(tmpdir(), 'wgl-files-'));
  });

  afterEach(() => {
    bench.close();
    rmSync(directory, { recursive: true });
  });

  it('of one folder are read when another folder or one of its files cannot be, and nothing of that is taken for gone', async () => {
    const roots = ['bad', 'good'].map((name) => join(directory, name));
    for (const root of roots) mkdirSync(join(root, '.waggle', 'tasks'), { recursive: true });
    const [bad = '', good = ''] = roots.map((root) => join(root, '.waggle', 'tasks'));
    const unreadable: string[] = [];
    const nouns = {
      workspaces: {
        trustedRoots: () => roots,
        locate: (root: string) =>
          unreadable.includes(root) ? Promise.reject(new Error('no')) : Promise.resolve(id),
      },
      roles: { ensureDefault: () => Promise.resolve(id) },
    } as unknown as FileTasksContext['nouns'];
    const log = { warn: () => undefined } as unknown as FeatureContext['log'];
    const clock = { now: () => bench.nowMs, monotonicMs: () => 0 };
    const daemon = { clock, daemonId: id, log } as unknown as FileTasksContext['daemon'];
    const files = new FileTasks({ daemon, book: bench.book, nouns });
    const titles = (): string[] => bench.book.list().map(({ title }) => title);
    const write = (path: string, title: string): void =>
      writeFileSync(path, `---\ntitle: ${title}\ncommand: [x]\n---\n`);
    write(join(bad, 'a.md'), 'first');
    await files.refresh(true);
    assert.deepEqual(titles(), ['first']);
    unreadable.push(join(directory, 'bad'));
    write(join(bad, 'a.md'), 'other');
    write(join(good, 'b.md'), 'second');
    writeFileSync(join(good, 'c.md'), '---\njitter: 2h\n---\nx');
    await files.refresh(true);
    assert.deepEqual(titles().toSorted(), ['c', 'first', 'second']);
  });
});
