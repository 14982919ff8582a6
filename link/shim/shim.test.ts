import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShim, removeShim, writeShim } from './shim.ts';

describe('shim', () => {
  let root: string;
  let home: string;
  let directory: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'waggle-shim-'));
    home = join(root, "it's a $home");
    directory = join(root, 'bin');
    mkdirSync(join(home, 'program', '1.2.3-abcdef01'), { recursive: true });
    writeFileSync(join(home, 'program', '1.2.3-abcdef01', 'waggle.cjs'), '');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function install(runtimeText: string, kind = 'node'): string {
    const runtime = join(root, 'the runtime');
    writeFileSync(runtime, runtimeText);
    chmodSync(runtime, 0o755);
    writeFileSync(join(home, 'program', 'current'), '1.2.3-abcdef01');
    writeFileSync(join(home, 'program', 'runtime'), `${runtime}\n${kind}\n`);
    return writeShim({ home, directory }).path;
  }

  function run(path: string, args: string[], env: NodeJS.ProcessEnv = { PATH: '/nowhere' }) {
    return spawnSync(path, args, { encoding: 'utf8', env });
  }

  it('runs the current program with the recorded runtime and no Node on PATH', () => {
    const path = install('#!/bin/sh\nprintf "%s|" "$ELECTRON_RUN_AS_NODE" "$@"\nexit 7\n');
    const result = run(path, ['new', '--', 'a b', '$x', '']);
    const program = join(home, 'program', '1.2.3-abcdef01', 'waggle.cjs');
    assert.deepEqual([result.stdout, result.status], [`|${program}|new|--|a b|$x||`, 7]);
  });

  it("tells an editor's runtime to be Node", () => {
    const path = install('#!/bin/sh\nprintf %s "$ELECTRON_RUN_AS_NODE"\n', 'electron');
    assert.equal(run(path, []).stdout, '1');
  });

  it('prefers WAGGLE_HOME and says what is missing there', () => {
    const path = install('#!/bin/sh\n');
    const other = join(root, 'other');
    const result = run(path, [], { PATH: '/nowhere', WAGGLE_HOME: other });
    assert.deepEqual(
      [result.status, result.stderr],
      [
        4,
        `waggle: No program is installed below ${other}.\n  To fix: Open Waggle in VS Code once.\n`,
      ],
    );
  });

  it('falls back to a new enough Node on PATH when the runtime is gone', () => {
    const path = install('#!/bin/sh\n');
    rmSync(join(root, 'the runtime'));
    writeFileSync(
      join(home, 'program', '1.2.3-abcdef01', 'waggle.cjs'),
      'process.stdout.write(process.argv.slice(2).join())',
    );
    const bin = join(root, 'node-bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    assert.equal(run(path, ['list', 'x'], { PATH: bin }).stdout, 'list,x');
    assert.match(
      run(path, ['list'], { PATH: '/nowhere' }).stderr,
      /^waggle: The runtime that Waggle used is gone\./,
    );
  });

  it('writes once, updates its own and is executable', () => {
    const first = writeShim({ home, directory });
    const again = writeShim({ home, directory });
    const moved = writeShim({ home: join(root, 'moved'), directory });
    assert.deepEqual(
      [first.outcome, again.outcome, moved.outcome, statSync(first.path).mode & 0o777],
      ['written', 'unchanged', 'updated', 0o755],
    );
  });

  it('neither replaces nor removes what is not ours, a link included', () => {
    mkdirSync(directory);
    const foreign = join(directory, 'waggle');
    writeFileSync(foreign, '#!/bin/sh\necho mine\n');
    assert.throws(() => writeShim({ home, directory }), { code: 'conflict' });
    assert.throws(() => removeShim(directory), { code: 'conflict' });
    assert.equal(readFileSync(foreign, 'utf8'), '#!/bin/sh\necho mine\n');
    rmSync(foreign);
    const ours = writeShim({ home, directory }).path;
    const linked = join(root, 'linked');
    mkdirSync(linked);
    symlinkSync(ours, join(linked, 'waggle'));
    assert.throws(() => writeShim({ home, directory: linked }), { code: 'conflict' });
  });

  it('removes its own and says when there was none', () => {
    writeShim({ home, directory });
    assert.deepEqual([removeShim(directory), removeShim(directory)], [true, false]);
  });

  it('is a batch file with the home in it on Windows', () => {
    const shim = createShim('C:\\Users\\100%\\Waggle', 'win32');
    assert.equal(shim.fileName, 'waggle.cmd');
    assert.match(shim.text, /set "HOME_OF_WAGGLE=C:\\Users\\100%%\\Waggle"\r\n/);
  });
});
