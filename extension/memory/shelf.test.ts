import assert from 'node:assert/strict';
import { fakeBlock, fakeCounts, fakeRole, fakeWorkspace } from './fakeFact.test.ts';
import type { Shelf } from './shelf.ts';
import { isEmptyShelf, sortShelf } from './shelf.ts';

const api = fakeWorkspace('api', ['/code/api', '/code/api-fix']);
const site = fakeWorkspace('site', ['/code/site']);
const usual = fakeRole('default', { isDefault: true, workspaceId: api.id });
const reviewer = fakeRole('reviewer', { workspaceId: null });

function fakeShelf(change: Partial<Shelf> = {}): Shelf {
  return { blocks: [], counts: [], workspaces: [api, site], roles: [usual], ...change };
}

describe('the order of what is remembered', () => {
  it('shows the notes of the window’s repository, those of others apart', () => {
    const own = fakeBlock({ owner: { kind: 'workspace', workspaceId: api.id } });
    const role = fakeBlock({ owner: { kind: 'role', roleId: usual.id } });
    const other = fakeBlock({ owner: { kind: 'workspace', workspaceId: site.id } });
    const sorted = sortShelf(fakeShelf({ blocks: [own, role, other] }), ['/code/api/src']);
    assert.deepEqual(sorted.notes, [own, role]);
    assert.deepEqual(
      sorted.others.map(({ workspace, notes }) => [workspace.name, notes]),
      [['site', [other]]],
    );
  });

  it('groups facts from narrow to wide, those of a worktree beside their repository, and counts what holds', () => {
    const counts = [
      fakeCounts({ scope: 'everywhere', accepted: 1 }),
      fakeCounts({ scope: 'person', accepted: 2, quarantined: 3 }),
      fakeCounts({ workspaceId: api.id, worktree: '/code/api-fix', accepted: 4 }),
      fakeCounts({ workspaceId: api.id, accepted: 5, unreviewed: 2 }),
      fakeCounts({ workspaceId: site.id, accepted: 6 }),
      fakeCounts({ scope: 'agent', roleId: usual.id, accepted: 7 }),
    ];
    const sorted = sortShelf(fakeShelf({ counts }), ['/code/api']);
    assert.deepEqual(
      sorted.groups.map(({ scope, worktree, count }) => [scope, worktree, count]),
      [
        ['repository', undefined, 5],
        ['repository', '/code/api-fix', 4],
        ['agent', undefined, 7],
        ['person', undefined, 2],
        ['everywhere', undefined, 1],
      ],
    );
    assert.deepEqual(
      sorted.others.flatMap(({ groups }) => groups.map(({ count }) => count)),
      [6],
    );
    assert.deepEqual([sorted.quarantined, sorted.unreviewed], [3, 2]);
  });

  it('says nothing of roles before there is a second one, and gives that one its own notes and facts', () => {
    assert.deepEqual(sortShelf(fakeShelf(), []).roles, []);
    const note = fakeBlock({ owner: { kind: 'role', roleId: reviewer.id } });
    const counts = [fakeCounts({ scope: 'agent', roleId: reviewer.id, accepted: 2 })];
    const shelf = fakeShelf({ blocks: [note], counts, roles: [usual, reviewer] });
    const sorted = sortShelf(shelf, ['/code/api']);
    assert.deepEqual(
      sorted.roles.map(({ role, notes, groups }) => [role.name, notes, groups.length]),
      [['reviewer', [note], 1]],
    );
    assert.deepEqual([sorted.notes, sorted.groups], [[], []]);
    const archived = { ...reviewer, archived: true };
    assert.deepEqual(sortShelf({ ...shelf, roles: [usual, archived] }, []).roles, []);
  });

  it('is empty while nothing is remembered, whatever waits for a person counts', () => {
    assert.equal(isEmptyShelf(fakeShelf()), true);
    assert.equal(isEmptyShelf(fakeShelf({ counts: [fakeCounts({ quarantined: 1 })] })), false);
    assert.equal(isEmptyShelf(fakeShelf({ roles: [usual, reviewer] })), false);
  });
});
