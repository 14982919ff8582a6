import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FeatureContext } from '../context.ts';
import type { Principal } from '../feature.ts';
import { createWorkspaceFeature } from './workspace.ts';
import type { WorkspaceRow } from './workspace.store.ts';

const owner: Principal = { id: 'owner', kind: 'owner', right: 'owner' };

describe('workspaces', function () {
  this.timeout(20_000);
  let base: string;
  let saved: Map<string, WorkspaceRow>;
  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'waggle-ws-')));
    saved = new Map();
  });
  afterEach(() => rmSync(base, { recursive: true }));

  /** The feature as after a start of the daemon, over the rows that were saved. */
  async function startFeature() {
    const store = {
      list: async () => structuredClone([...saved.values()]),
      save: async (row: WorkspaceRow) => void saved.set(row.id, structuredClone(row)),
    };
    const feature = createWorkspaceFeature({
      openStore: () => store,
      clock: { now: () => Date.now(), monotonicMs: () => 0 },
      daemonId: '0197a1b2-0000-7000-8000-000000000002',
    } as unknown as FeatureContext);
    await feature.start?.();
    return feature;
  }

  function makeRepository(name: string, remote?: string): string {
    const folder = join(base, name);
    mkdirSync(folder);
    const git = (...args: string[]): void => {
      execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' });
    };
    git('init', '-q', '-b', 'main');
    if (remote !== undefined) git('remote', 'add', 'origin', remote);
    return folder;
  }

  it('are one for two clones of a repository, once somebody vouched for both', async () => {
    const feature = await startFeature();
    const first = makeRepository('first', 'https://github.com/acme/shop');
    const second = makeRepository('second', 'git@github.com:acme/shop.git');
    await feature.vouch(first, owner);
    await feature.vouch(second, owner);
    assert.equal(await feature.locate(join(first)), await feature.locate(second));
    const [row] = saved.values();
    assert.deepEqual([row?.roots, row?.remotes], [[first, second], ['github.com/acme/shop']]);
    assert.equal(saved.size, 1);
  });

  it('are written down when the first session asks that is not private', async () => {
    const feature = await startFeature();
    const folder = makeRepository('quiet');
    const id = await feature.locate(folder, true);
    assert.equal(await feature.locate(folder, true), id);
    assert.equal(saved.size, 0);
    assert.equal(await feature.locate(folder), id);
    assert.deepEqual([...saved.keys()], [id]);
    await feature.vouch(folder, owner);
    const clone = makeRepository('clone');
    await feature.vouch(clone, owner);
    const written = structuredClone([...saved]);
    await feature.locate(join(base, 'elsewhere'), true);
    assert.deepEqual([...saved], written);
  });

  it('are never vouched for by a repository around the whole home, or by the home itself', async () => {
    const feature = await startFeature();
    const homeBefore = process.env['HOME'];
    process.env['HOME'] = makeRepository('home');
    try {
      const home = join(base, 'home');
      const [opened, cloned] = [join(home, 'opened'), join(home, 'cloned')];
      for (const folder of [opened, cloned]) mkdirSync(folder);
      await feature.vouch(home, owner);
      await feature.vouch(base, owner);
      const trust = (...folders: string[]) => folders.map((folder) => feature.trustOf(folder));
      assert.deepEqual(trust(home, base), ['undecided', 'undecided']);
      await feature.vouch(opened, owner);
      assert.deepEqual(trust(opened, cloned, home), ['trusted', 'undecided', 'undecided']);
    } finally {
      if (homeBefore === undefined) delete process.env['HOME'];
      else process.env['HOME'] = homeBefore;
    }
  });

  it('stay the same when the remotes change, over a restart too', async () => {
    const folder = makeRepository('repo', 'https://github.com/acme/old');
    const before = await startFeature();
    await before.vouch(folder, owner);
    const id = await before.locate(folder);
    execFileSync('git', [
      '-C',
      folder,
      'remote',
      'set-url',
      'origin',
      'https://github.com/acme/new',
    ]);
    const after = await startFeature();
    assert.equal(await after.locate(folder), id);
    while (saved.get(id)?.remotes.length !== 2) await delay(20);
    assert.deepEqual(saved.get(id)?.remotes, ['github.com/acme/old', 'github.com/acme/new']);
    after.dispose();
  });

  it('know nothing of git in a folder that nobody vouched for', async () => {
    const feature = await startFeature();
    const id = await feature.locate(makeRepository('repo', 'https://github.com/acme/shop'));
    assert.deepEqual(saved.get(id)?.remotes, []);
  });

  it('are trusted with everything below until that is taken back', async () => {
    const folder = makeRepository('repo');
    mkdirSync(join(folder, 'sub'));
    const feature = await startFeature();
    await feature.vouch(join(folder, 'sub'), owner);
    assert.equal(feature.trustOf(join(folder, 'sub')), 'trusted');
    const caller = { principal: owner } as never;
    await feature.handlers['workspace/trust']({ root: folder, trusted: false }, caller);
    const after = await startFeature();
    assert.equal(after.trustOf(join(folder, 'sub')), 'distrusted');
    const { workspaces } = await after.handlers['workspace/list']({}, caller);
    assert.deepEqual(
      workspaces.map(({ trustedRoots }) => trustedRoots),
      [[]],
    );
  });
});
