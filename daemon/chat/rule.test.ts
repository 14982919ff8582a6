import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { covers, patternOf } from './rule.ts';

const cwd = '/home/dev/work';
const run = (command: string) => ({ tool: 'Bash', input: JSON.stringify({ command }), cwd });
const write = (path: string, at = cwd) => {
  return { tool: 'Write', input: JSON.stringify({ file_path: path, content: '' }), cwd: at };
};
const isCovered = (pattern: string, action: ReturnType<typeof run>): boolean =>
  covers({ tool: action.tool, pattern }, action);

describe('an always-rule', () => {
  it('covers exactly its command, or one that begins so and starts nothing else', () => {
    const commands = ['npm test', 'npm test src', 'npm testing', 'npm install', 'sudo npm test'];
    assert.deepEqual(
      commands.map((command) => isCovered('npm test *', run(command))),
      [true, true, false, false, false],
    );
    assert.deepEqual(
      commands.map((command) => isCovered('npm test', run(command))),
      [true, false, false, false, false],
    );
  });

  it('covers nothing that a shell would read as more than one command', () => {
    const tails = [
      '; rm -rf ~',
      '&& x',
      '| sh',
      '$(x)',
      '`x`',
      '> /etc/passwd',
      '< x',
      '\nrm',
      '{a,b}',
      '\\',
      '& x',
    ];
    assert.deepEqual(
      tails.filter((tail) => isCovered('npm test *', run(`npm test ${tail}`))),
      [],
    );
  });

  it('covers a command only where nothing beside it changes what is done', () => {
    const besides = [
      // As Claude Code, Codex, Gemini and opencode write them.
      {},
      { description: 'd' },
      { description: 'd', timeout: 5000, run_in_background: true },
      { dangerouslyDisableSandbox: false },
      { description: 'd', is_background: false },
      { description: 'd', cwd },
      { workdir: '.' },
      // What is asked about.
      { cwd: '/other/repo' },
      { workdir: '..' },
      { cwd: 7 },
      { dangerouslyDisableSandbox: true },
      { description: 'd', env: { PATH: '/tmp' } },
    ];
    const actions = besides.map((more) => {
      return { ...run(''), input: JSON.stringify({ command: 'make deploy', ...more }) };
    });
    const isPlain = besides.map((_, at) => at < 7);
    for (const pattern of ['make deploy', 'make *'])
      assert.deepEqual(
        actions.map((action) => isCovered(pattern, action)),
        isPlain,
      );
    assert.deepEqual(
      actions.map((action) => patternOf(action) !== null),
      isPlain,
    );
    // A rule for the whole tool covers it, as it says.
    assert.ok(actions.every((action) => isCovered('*', action)));
  });

  it('covers a path only where no other argument says what is done', () => {
    const file = 'src/a';
    const givens = [
      { file_path: file, content: 'x' },
      { file_path: file, old_string: 'a', new_string: 'b', replace_all: true },
      { file_path: file, offset: 1, limit: 2 },
      {
        notebook_path: file,
        new_source: 'x',
        cell_id: 'c',
        cell_type: 'code',
        edit_mode: 'insert',
      },
      { file_path: file, notebook_path: '/etc/passwd' },
      { file_path: file, destination: '/etc/passwd' },
      { file_path: file, content: 'x', cwd: '/etc' },
    ];
    assert.deepEqual(
      givens.map((given) => isCovered('src/**', { ...run(''), input: JSON.stringify(given) })),
      [true, true, true, true, false, false, false],
    );
  });

  it('covers paths below its folder only', () => {
    const paths = [
      'src/a',
      `${cwd}/src/b/c`,
      'src/../x',
      '../src/a',
      '/etc/passwd',
      'src',
      'srcs/a',
    ];
    assert.deepEqual(
      paths.map((path) => isCovered('src/**', write(path))),
      [true, true, false, false, false, false, false],
    );
  });

  it('does not follow a link out of its folder', () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'wgl-rule-')));
    try {
      for (const name of ['src', 'other']) mkdirSync(join(root, name));
      symlinkSync(join(root, 'other'), join(root, 'src', 'out'));
      assert.deepEqual(
        ['src/new', 'src/out/new'].map((path) => isCovered('src/**', write(path, root))),
        [true, false],
      );
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it('covers no other tool, and one without command or path only as a whole', () => {
    const fetch = { tool: 'WebFetch', input: '{"url":"https://example.org"}', cwd };
    assert.deepEqual(
      [
        covers({ tool: 'Bash', pattern: '*' }, fetch),
        covers({ tool: 'WebFetch', pattern: 'https://example.org' }, fetch),
        covers({ tool: 'WebFetch', pattern: '*' }, fetch),
        patternOf(fetch),
        patternOf(write('src/a')),
        patternOf(run('npm test')),
      ],
      [false, false, true, null, `${cwd}/src/a`, 'npm test'],
    );
  });
});
