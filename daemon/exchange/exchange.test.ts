import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exchange } from './exchange.ts';
import { noteOf } from './noteOf.test.ts';
import { projectName } from './places.ts';

const notes = [noteOf('project', 'A shop.')];

describe('exchange', () => {
  let directory: string;
  let root: string;
  let home: string;

  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'wgl-exchange-')));
    [root, home] = [join(directory, 'shop'), join(directory, 'home')];
    mkdirSync(join(root, '.git'), { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function write(path: string, text: string | Uint8Array): string {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  async function found(paths?: readonly string[]): Promise<string[]> {
    const { candidates } = await exchange.findImports({ root, home }, paths);
    return candidates.map(
      ({ as, kind, line, type, text }) => `${as} ${kind} ${line} ${type}: ${text}`,
    );
  }

  it('finds what files of instructions say, point by point, with where it stands', async () => {
    write(
      join(root, 'CLAUDE.md'),
      [
        ...['---', 'title: x', '---', '# Shop', '', 'Orders are kept in Postgres.', ''],
        ...['## Testing', '', '- Run the unit tests first', '  and then the slow ones.'],
        ...['- [ ] never skip a flaky one', '', '@docs/style.md', '<!-- a', 'comment -->', ''],
        ...['## Commands', '', '```sh', '# not a heading', 'npm test', '```'],
      ].join('\n'),
    );
    write(
      join(root, 'AGENTS.md'),
      '1. Prefer early returns.\n2. Errors have codes: they are stable.\n',
    );
    assert.deepEqual(await found(), [
      'fact claude 6 belief: Orders are kept in Postgres.',
      'fact claude 10 pattern: Run the unit tests first\nand then the slow ones.',
      'fact claude 12 gotcha: Testing: never skip a flaky one',
      'note claude 18 belief: ```sh\n# not a heading\nnpm test\n```',
      'fact agents 1 preference: Prefer early returns.',
      'fact agents 2 belief: Errors have codes: they are stable.',
    ]);
  });

  it('finds agents’ own memory, that of the main worktree too, and the person’s files', async () => {
    const memory = join(home, '.claude', 'projects', projectName(root), 'memory');
    write(join(memory, 'MEMORY.md'), '- [Build](build.md): how\n- Deploys happen on Tuesdays.\n');
    write(
      join(memory, 'build.md'),
      '---\nname: build\ntype: feedback\n---\nThe build wants Node 24.\n',
    );
    write(
      join(home, '.gemini', 'GEMINI.md'),
      '## Gemini Added Memories\n- I like short answers.\n',
    );
    write(join(home, '.codex', 'AGENTS.md'), 'Answer in English, please.\n');
    const expected = [
      'fact claude 2 belief: Deploys happen on Tuesdays.',
      'fact claude 5 preference: The build wants Node 24.',
      'fact agents 1 preference: Answer in English, please.',
      'fact gemini 2 belief: Gemini Added Memories: I like short answers.',
    ];
    assert.deepEqual(await found(), expected);
    const worktree = join(directory, 'feature');
    write(join(worktree, '.git'), `gitdir: ${root}/.git/worktrees/feature\n`);
    const { candidates } = await exchange.findImports({ root: worktree, home });
    assert.ok(candidates.some(({ text }) => text === 'The build wants Node 24.'));
  });

  it('takes its own section for no memory', async () => {
    await exchange.writeSection({ root, file: 'AGENTS.md', blocks: notes, preview: false });
    assert.deepEqual(await found(), []);
  });

  it('tells what it cannot read and reads the others', async () => {
    const large = write(join(root, 'large.md'), 'x'.repeat(10 * 1024 * 1024));
    const binary = write(join(root, 'binary.md'), Uint8Array.of(65, 0, 66));
    const latin = write(join(root, 'latin.md'), Uint8Array.of(0x47, 0x72, 0xf6, 0xdf, 0x65));
    const pipe = join(root, 'pipe.md');
    execFileSync('mkfifo', [pipe]);
    const good = write(join(root, 'good.md'), 'The good one is read.');
    const missing = join(root, 'missing.md');
    const paths = [large, binary, latin, pipe, root, missing, good];
    const { candidates, problems } = await exchange.findImports({ root, home }, paths);
    assert.deepEqual(
      candidates.map(({ text }) => text),
      ['The good one is read.'],
    );
    assert.deepEqual(
      problems.map(({ path, problem }) => [path, problem.split('. ')[0]]),
      [
        [large, 'The file is larger than 1 MiB'],
        [binary, 'The file is no text'],
        [latin, 'The file is not in UTF-8'],
        [pipe, 'The file is no file'],
        [root, 'The file is no file'],
        [missing, 'It does not exist.'],
      ],
    );
  });

  it('gives no more than twenty thousand, and says so', () => {
    const lines = Array.from({ length: 20_100 }, (_, index) => `- This is point number ${index}.`);
    const { candidates, problems } = exchange.parseMarkdown(lines.join('\n'), '/x/AGENTS.md');
    assert.deepEqual([candidates.length, problems.length], [20_000, 1]);
    const again = exchange.parseMarkdown(lines.join('\n'), '/x/AGENTS.md').candidates;
    assert.equal(again[7]?.id, candidates[7]?.id);
  });

  describe('the section', () => {
    const section = (blocks = notes, preview = false) =>
      exchange.writeSection({ root, file: 'CLAUDE.md', blocks, preview });

    it('is shown first, written once, and taken out without a trace', async () => {
      const path = write(join(root, 'CLAUDE.md'), '# Mine');
      chmodSync(path, 0o640);
      assert.deepEqual((await section(notes, true)).written, false);
      assert.equal(readFileSync(path, 'utf8'), '# Mine');
      const change = await section();
      assert.deepEqual([change.before, change.written, change.path], ['# Mine', true, path]);
      assert.equal(readFileSync(path, 'utf8'), change.after);
      assert.equal(statSync(path).mode & 0o777, 0o640);
      assert.equal((await section()).written, false);
      await section([]);
      assert.equal(readFileSync(path, 'utf8'), '# Mine');
      assert.deepEqual(readdirSync(root).toSorted(), ['.git', 'CLAUDE.md']);
    });

    it('makes a file that is not there, and takes it away when nothing else is in it', async () => {
      assert.equal((await section()).before, null);
      assert.equal(existsSync(join(root, 'CLAUDE.md')), true);
      await section([]);
      assert.equal(existsSync(join(root, 'CLAUDE.md')), false);
    });

    it('follows a link within the repository and none out of it', async () => {
      write(join(root, 'AGENTS.md'), '# Ours\n');
      symlinkSync('AGENTS.md', join(root, 'CLAUDE.md'));
      assert.equal((await section()).path, join(root, 'AGENTS.md'));
      assert.match(readFileSync(join(root, 'AGENTS.md'), 'utf8'), /^# Ours\n\n<!-- waggle/u);
      rmSync(join(root, 'CLAUDE.md'));
      const outside = write(join(directory, 'outside.md'), '# Not ours\n');
      symlinkSync(outside, join(root, 'CLAUDE.md'));
      await assert.rejects(section(), { code: 'forbidden' });
      assert.equal(readFileSync(outside, 'utf8'), '# Not ours\n');
      rmSync(outside);
      await assert.rejects(section(), { code: 'conflict' });
    });

    it('refuses odd files and changes nothing in them', async () => {
      const path = join(root, 'CLAUDE.md');
      const odd: readonly (readonly [string, () => void])[] = [
        ['badRequest', () => writeFileSync(path, Uint8Array.of(1, 0, 2))],
        ['badRequest', () => writeFileSync(path, Uint8Array.of(0xff, 0xfe))],
        ['limitReached', () => writeFileSync(path, 'x'.repeat(2 * 1024 * 1024))],
        ['conflict', () => writeFileSync(path, '<!-- waggle:notes:end -->\n')],
        ['forbidden', () => writeFileSync(path, 'read only', { mode: 0o444 })],
        ['badRequest', () => mkdirSync(path)],
        ['conflict', () => linkSync(write(join(root, 'other.md'), 'linked'), path)],
      ];
      for (const [code, make] of odd) {
        make();
        const isFile = statSync(path).isFile();
        const before = isFile ? readFileSync(path) : undefined;
        await assert.rejects(section(), { code }, String(make));
        if (isFile) assert.deepEqual(readFileSync(path), before);
        rmSync(path, { recursive: true, force: true });
      }
      assert.deepEqual(readdirSync(root).toSorted(), ['.git', 'other.md']);
    });
  });
});
