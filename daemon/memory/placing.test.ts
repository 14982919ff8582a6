import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roleIdSchema, sessionIdSchema, workspaceIdSchema } from '../../protocol/wire/brand.ts';
import type { Principal } from '../feature.ts';
import type { RememberingSession } from './nouns.ts';
import { Placing, reachOf } from './placing.ts';

const id = (at: number): string => `0197a1b2-0000-7000-8000-00000000000${at}`;
const workspaceId = workspaceIdSchema.parse(id(3));
const roleId = roleIdSchema.parse(id(4));
const own = sessionIdSchema.parse(id(1));
const other = sessionIdSchema.parse(id(2));

const agent: Principal = { id: 'a', kind: 'session', right: 'self', sessionId: own };
const connector: Principal = { id: 'c', kind: 'connector', right: 'self' };
const owner: Principal = { id: 'o', kind: 'owner', right: 'owner' };

describe('the place that memory is asked for', () => {
  let folder: string;
  let trusted: boolean;
  let placing: Placing;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'wgl-place-')));
    mkdirSync(join(folder, 'src'));
    trusted = true;
    placing = new Placing({
      roles: {
        getDefault: () => roleId,
        ensureDefault: () => Promise.resolve(roleId),
        findDefault: () => roleId,
        find: () => undefined,
      },
      workspaces: {
        locate: () => Promise.resolve(workspaceId),
        trustOf: () => (trusted ? 'trusted' : 'undecided'),
        worktreeOf: () => folder,
      },
    });
    const session: RememberingSession = {
      ...{ id: own, name: 'fix', agent: 'claude', cwd: folder, workspaceId, roleId },
      isPrivate: false,
    };
    placing.describeWith((one) => (one === own ? session : undefined));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is its own session’s for an agent, whatever it says', async () => {
    const { session, ...place } = await placing.locate({}, agent);
    assert.equal(session?.id, own);
    assert.deepEqual(place, {
      ...{ workspaceId, roleId, worktree: folder, isEverywhere: false, isProven: true },
    });
    assert.ok(await placing.locate({ sessionId: own }, agent));
    for (const lie of [{ sessionId: other }, { folder }, { workspaceId }, { roleId }])
      await assert.rejects(placing.locate(lie, agent), { code: 'forbidden' });
  });

  it('is nowhere for an agent from elsewhere, or a folder that a person vouched for', async () => {
    const nowhere = { kind: 'place', workspaceId: null, worktree: null, roleId: null };
    assert.deepEqual(reachOf(await placing.locate({}, connector)), nowhere);
    const here = await placing.locate({ folder: join(folder, 'src') }, connector);
    assert.deepEqual([here.workspaceId, here.isProven], [workspaceId, true]);
    trusted = false;
    assert.deepEqual(reachOf(await placing.locate({ folder }, connector)), nowhere);
    const toWrite = await placing.locate({ folder }, connector, true);
    assert.deepEqual([toWrite.workspaceId, toWrite.isProven], [workspaceId, false]);
    for (const handle of [{ sessionId: own }, { workspaceId }, { folder, roleId }])
      await assert.rejects(placing.locate(handle, connector), { code: 'forbidden' });
  });

  it('is everywhere for a person who names none, and what they name else', async () => {
    assert.deepEqual(reachOf(await placing.locate({}, owner)), { kind: 'everything' });
    const place = { kind: 'place', workspaceId, worktree: folder, roleId };
    assert.deepEqual(reachOf(await placing.locate({ folder }, owner)), place);
    assert.deepEqual(reachOf(await placing.locate({ sessionId: own }, owner)), place);
    await assert.rejects(placing.locate({ sessionId: other }, owner), { code: 'notFound' });
    await assert.rejects(placing.locate({ folder: join(folder, 'none') }, owner), {
      code: 'directoryMissing',
    });
    await assert.rejects(placing.locate({ roleId }, owner), { code: 'notFound' });
  });
});
