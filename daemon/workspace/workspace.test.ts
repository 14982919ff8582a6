import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRepositoryRoot, parseRemotes, readFolderFacts } from './git.ts';
import { findWorkspace, mergeKeys } from './matching.ts';
import { normaliseRemote } from './remote.ts';
import { decideTrust, isInside } from './trust.ts';
import { resolveFolder } from './workspace.ts';

const known = (id: string, keys: Partial<Parameters<typeof mergeKeys>[0]>) => ({
  id,
  roots: [],
  remotes: [],
  rootCommits: [],
  ...keys,
});

describe('matching folders to repositories', () => {
  it('writes one remote in one way', () => {
    const ways = [
      'https://github.com/Acme/Shop.git',
      'https://user:secret@github.com/acme/shop',
      'git@github.com:acme/shop.git',
      'ssh://git@github.com:22/acme/shop.git/',
      'git://github.com//acme/shop',
    ];
    assert.deepEqual([...new Set(ways.map(normaliseRemote))], ['github.com/acme/shop']);
    assert.equal(normaliseRemote('git@example.org:Team/Repo.git'), 'example.org/Team/Repo');
  });

  it('takes no path for a remote', () => {
    const paths = ['/srv/git/shop.git', '../shop', 'file:///srv/shop', 'C:\\shop', 'C:/shop', ''];
    assert.deepEqual(
      paths.map(normaliseRemote),
      paths.map(() => undefined),
    );
  });

  it('goes by a known root first, then by a remote, then by root commits when one side has no remote', () => {
    const rows = [
      known('root', { roots: ['/a'], remotes: ['h/old'] }),
      known('remote', { remotes: ['h/x'], rootCommits: ['c1'] }),
      known('commits', { rootCommits: ['c2'] }),
    ];
    const find = (root: string, remotes: string[], rootCommits: string[]): string | undefined =>
      findWorkspace({ root, remotes, rootCommits }, rows)?.id;
    assert.deepEqual(
      [
        find('/a', ['h/x'], ['c2']),
        find('/b', ['h/x'], ['c2']),
        find('/b', ['h/y'], ['c2']),
        find('/b', [], ['c1']),
        find('/b', ['h/y'], ['c1']),
        find('/b', [], []),
      ],
      ['root', 'remote', 'commits', 'remote', undefined, undefined],
    );
  });

  it('keeps every key it saw', () => {
    const row = known('w', { roots: ['/a'], remotes: ['h/old'] });
    const merged = mergeKeys(row, { root: '/b', remotes: ['h/new'], rootCommits: ['c'] });
    assert.deepEqual(merged, {
      id: 'w',
      roots: ['/a', '/b'],
      remotes: ['h/old', 'h/new'],
      rootCommits: ['c'],
    });
  });
});

describe('trust in folders', () => {
  it('follows the nearest decision and compares whole components', () => {
    const decisions = [
      { root: '/home/dev', trusted: true },
      { root: '/home/dev/bad', trusted: false },
      { root: '/home/dev/bad/good', trusted: true },
    ];
    const folders = [
      '/home/dev/x',
      '/home/dev/bad/y',
      '/home/dev/bad/good',
      '/home/dev/badly',
      '/etc',
    ];
    assert.deepEqual(
      folders.map((folder) => decideTrust(folder, decisions)),
      ['trusted', 'distrusted', 'trusted', 'trusted', 'undecided'],
    );
    assert.deepEqual(
      [isInside('/ab', '/a'), isInside('/a/b', '/'), isInside('/a', '/a')],
      [false, true, true],
    );
  });
});

describe('a folder on disk', () => {
  let base: string;
  before(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'waggle-folder-')));
  });
  after(() => rmSync(base, { recursive: true }));

  const git = (cwd: string, ...args: string[]): void => {
    const config = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
    const author = ['-c', 'user.name=dev', '-c', 'user.email=dev@example.org'];
    execFileSync('git', [...author, ...args], {
      cwd,
      stdio: 'ignore',
      env: { ...process.env, ...config },
    });
  };

  it('is resolved to its real path, and refused with a reason when it is none', async () => {
    symlinkSync(base, join(base, 'link'));
    writeFileSync(join(base, 'file'), '');
    assert.equal(await resolveFolder(join(base, 'link')), base);
    for (const bad of [join(base, 'missing'), join(base, 'file'), 'relative', '/a\0b']) {
      await assert.rejects(resolveFolder(bad), {
        code: 'directoryMissing',
        fix: 'Choose a folder that exists.',
      });
    }
  });

  it('tells remotes and root commits of a repository, for its worktrees too', async () => {
    const repository = join(base, 'repo');
    mkdirSync(join(repository, 'sub'), { recursive: true });
    git(repository, 'init', '-q', '-b', 'main');
    git(repository, 'commit', '-q', '--allow-empty', '-m', 'first');
    git(repository, 'remote', 'add', 'origin', 'git@github.com:acme/shop.git');
    git(repository, 'worktree', 'add', '-q', join(base, 'tree'));
    assert.equal(findRepositoryRoot(join(repository, 'sub')), repository);
    const facts = await readFolderFacts(repository);
    assert.deepEqual(facts.remotes, ['github.com/acme/shop']);
    assert.equal(facts.rootCommits.length, 1);
    const tree = await readFolderFacts(join(base, 'tree'));
    assert.deepEqual({ ...tree, root: repository }, facts);
  });

  it('runs no program that a repository names', async () => {
    const repository = join(base, 'hostile');
    mkdirSync(repository);
    git(repository, 'init', '-q', '-b', 'main');
    git(repository, 'commit', '-q', '--allow-empty', '-m', 'first');
    const canary = join(base, 'canary');
    git(repository, 'config', 'core.fsmonitor', `touch ${canary}`);
    git(repository, 'config', 'core.pager', `touch ${canary}`);
    git(repository, 'config', 'alias.config', `!touch ${canary}`);
    await readFolderFacts(repository);
    assert.equal(existsSync(canary), false);
  });

  it('has no root commits when the clone is shallow', async () => {
    const origin = join(base, 'origin');
    mkdirSync(origin);
    git(origin, 'init', '-q', '-b', 'main');
    git(origin, 'commit', '-q', '--allow-empty', '-m', 'first');
    git(origin, 'commit', '-q', '--allow-empty', '-m', 'second');
    git(base, 'clone', '-q', '--depth', '1', `file://${origin}`, join(base, 'shallow'));
    assert.deepEqual((await readFolderFacts(join(base, 'shallow'))).rootCommits, []);
  });

  it('reads remotes as git writes them', () => {
    const output = 'remote.origin.url\ngit@h.org:a/b.git\0remote.local.url\n/srv/x\0';
    assert.deepEqual(parseRemotes(output), ['h.org/a/b']);
  });
});
