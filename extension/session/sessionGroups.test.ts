import assert from 'node:assert/strict';
import type { Workspace } from '../../protocol/workspace/workspace.ts';
import { workspaceSchema } from '../../protocol/workspace/workspace.ts';
import { fakeSession } from './fakeSession.test.ts';
import { groupSessions, isInside } from './sessionGroups.ts';

const at = '2026-11-20T08:00:00.000Z';
const uuid = (last: number): string => `018f0000-0000-7000-8000-0000000000${last}`;

function workspace(name: string, roots: string[]): Workspace {
  return workspaceSchema.parse({ id: uuid(99), name, roots, remotes: [], trustedRoots: [] });
}

describe('the groups of sessions', () => {
  it('puts the open folder first, then the others by name', () => {
    const sessions = [
      fakeSession({ id: uuid(11), cwd: '/w/beta' }),
      fakeSession({ id: uuid(12), cwd: '/w/alpha' }),
      fakeSession({ id: uuid(13), cwd: '/w/open/src' }),
    ];
    const { groups } = groupSessions(sessions, { workspaces: [], currentRoots: ['/w/open'] });
    assert.deepEqual(
      groups.map(({ label, isCurrent }) => [label, isCurrent]),
      [
        ['open', true],
        ['alpha', false],
        ['beta', false],
      ],
    );
  });

  it('groups by worktree and names its repository', () => {
    const sessions = [fakeSession({ cwd: '/w/api-fix/src' })];
    const workspaces = [workspace('api', ['/w/api', '/w/api-fix'])];
    const [group] = groupSessions(sessions, { workspaces, currentRoots: [] }).groups;
    assert.deepEqual([group?.label, group?.description], ['api-fix', 'api']);
  });

  it('tells two folders of one name apart by their parents', () => {
    const sessions = [
      fakeSession({ id: uuid(11), cwd: '/a/web' }),
      fakeSession({ id: uuid(12), cwd: '/b/web' }),
    ];
    const { groups } = groupSessions(sessions, { workspaces: [], currentRoots: [] });
    assert.deepEqual(groups.map(({ description }) => description).sort(), ['/a', '/b']);
  });

  it('sorts who asks first and leaves equals where they are', () => {
    const asking = { state: 'asking', kind: 'question', sentence: '', since: at };
    const sessions = [
      fakeSession({ id: uuid(11), createdAt: '2026-11-20T07:00:00.000Z' }),
      fakeSession({ id: uuid(12), createdAt: '2026-11-20T06:00:00.000Z' }),
      fakeSession({ id: uuid(13), attention: asking }),
    ];
    const [group] = groupSessions(sessions, { workspaces: [], currentRoots: [] }).groups;
    assert.deepEqual(
      group?.sessions.map(({ id }) => id),
      [uuid(13), uuid(12), uuid(11)],
    );
  });

  it('folds what ended under History, newest first, and leaves out what is hidden', () => {
    const sessions = [
      fakeSession({ id: uuid(11), status: 'ended', updatedAt: '2026-11-20T07:00:00.000Z' }),
      fakeSession({ id: uuid(12), status: 'killed', updatedAt: '2026-11-20T08:00:00.000Z' }),
      fakeSession({ id: uuid(13), status: 'interrupted' }),
      fakeSession({ id: uuid(14), hidden: true }),
    ];
    const { groups, history } = groupSessions(sessions, { workspaces: [], currentRoots: [] });
    assert.deepEqual(
      history.map(({ id }) => id),
      [uuid(12), uuid(11)],
    );
    assert.deepEqual(
      groups.flatMap((group) => group.sessions.map(({ id }) => id)),
      [uuid(13)],
    );
  });

  it('does not take a folder for inside another by its letters alone', () => {
    assert.deepEqual(
      [isInside('/w/api-fix', '/w/api'), isInside('/w/api/x', '/w/api')],
      [false, true],
    );
  });
});
