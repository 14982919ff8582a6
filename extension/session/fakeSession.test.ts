/** A session for tests of this folder's neighbours and its own. */
import { sessionSchema, type Session } from '../../protocol/session/session.ts';

const id = (last: number): string => `018f0000-0000-7000-8000-00000000000${last}`;

export function fakeSession(change: Partial<Record<keyof Session, unknown>> = {}): Session {
  const at = '2026-11-20T08:00:00.000Z';
  return sessionSchema.parse({
    id: id(1),
    name: 'fix-login',
    nameSource: 'default',
    agent: 'claude',
    mode: 'pty',
    status: 'running',
    attention: { state: 'working', kind: null, sentence: '', since: at },
    tags: [],
    hidden: false,
    cwd: '/home/dev/api',
    argv: ['claude'],
    workspaceId: id(2),
    roleId: id(3),
    ownerDaemonId: id(4),
    generation: 0,
    pid: 42,
    size: { cols: 80, rows: 24 },
    exit: null,
    reason: null,
    conversations: [],
    clients: 1,
    backgroundProcesses: 0,
    createdAt: at,
    updatedAt: at,
    revision: 1,
    ...change,
  });
}
