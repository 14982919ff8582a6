import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import { resolveProgram } from './program.ts';

const size = { cols: 80, rows: 24 };

describe('a program', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-program-'));
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin', 'tool'), '#!/bin/sh\n');
    chmodSync(join(folder, 'bin', 'tool'), 0o755);
    writeFileSync(join(folder, 'bin', 'text'), 'no program');
    mkdirSync(join(folder, 'bin', 'folder'));
  });

  after(() => rmSync(folder, { recursive: true }));

  function resolve(
    name: string,
    more: { cwd?: string; env?: Record<string, string> } = {},
  ): string {
    const env = { PATH: `/nowhere:${join(folder, 'bin')}` };
    try {
      return resolveProgram({ argv: [name], cwd: folder, env, size, ...more });
    } catch (error) {
      return errorCodeOf(error);
    }
  }

  it('is found on the PATH that it will have', () => {
    assert.equal(resolve('tool'), join(folder, 'bin', 'tool'));
    assert.equal(resolve('tool', { env: { PATH: '/nowhere' } }), 'commandNotFound');
  });

  it('with a slash is found from its working directory', () => {
    assert.equal(resolve('bin/tool'), join(folder, 'bin', 'tool'));
  });

  it('that is missing, a folder or not executable is refused with its reason', () => {
    const codes = ['missing', '', 'folder', './bin/folder', 'text'].map((name) => resolve(name));
    const notFound = 'commandNotFound';
    assert.deepEqual(codes, [notFound, notFound, notFound, notFound, 'launchFailed']);
  });

  it('in a missing directory is refused with its reason', () => {
    const missing = join(folder, 'missing');
    assert.equal(resolve('tool', { cwd: missing }), 'directoryMissing');
    assert.equal(resolve('tool', { cwd: join(folder, 'bin', 'tool') }), 'directoryMissing');
  });

  it('with a NUL in its environment is refused', () => {
    assert.equal(resolve('tool', { env: { PATH: '/bin', A: 'a\0b' } }), 'badRequest');
  });
});
