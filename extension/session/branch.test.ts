import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBranch } from './branch.ts';

describe('the branch of a folder', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'waggle-branch-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is the one that is checked out', () => {
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, '.git', 'HEAD'), 'ref: refs/heads/fix/login\n');
    assert.equal(readBranch(folder), 'fix/login');
  });

  it('is found through the file of a worktree', () => {
    mkdirSync(join(folder, 'main'));
    writeFileSync(join(folder, 'main', 'HEAD'), 'ref: refs/heads/side\n');
    writeFileSync(join(folder, '.git'), 'gitdir: main\n');
    assert.equal(readBranch(folder), 'side');
  });

  it('is the commit when no branch is checked out', () => {
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, '.git', 'HEAD'), `${'0123456789'.repeat(4)}\n`);
    assert.equal(readBranch(folder), '0123456');
  });

  it('is unknown outside of git', () => {
    assert.equal(readBranch(folder), undefined);
  });
});
