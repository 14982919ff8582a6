import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture } from './capturing.ts';
import { readEntries } from './comparing.ts';
import { readContent } from './writing.ts';

describe('keeping how a worktree is', () => {
  let folder: string;
  beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'waggle-capturing-')))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps files whatever their names are', async () => {
    const root = join(folder, 'root');
    mkdirSync(root);
    execFileSync('git', ['init', '-q', root]);
    const names = ['plain', '"quoted"', '"half', 'returns\r', 'two\nlines', '-option', ' blank '];
    for (const name of names) writeFileSync(join(root, name), `in ${name}`);
    const [objects, index] = [join(folder, 'objects'), join(folder, 'index')];
    const { git, state } = await capture({ root, objects, index });
    const entries = await readEntries(git, state, names);
    const contents = names.map(async (name) =>
      (await readContent(git, name, entries.get(name) ?? '')).toString(),
    );
    assert.deepEqual(
      await Promise.all(contents),
      names.map((name) => `in ${name}`),
    );
  });
});
