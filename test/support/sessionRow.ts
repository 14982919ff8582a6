/** A plain row for the tests of sessions. */
import {
  daemonIdSchema,
  roleIdSchema,
  sessionIdSchema,
  workspaceIdSchema,
} from '../../protocol/wire/brand.ts';
import { newLife } from '../../daemon/session/life.ts';
import type { SessionRow } from '../../daemon/session/row.ts';
import { nothingHeard } from '../../daemon/session/heard.ts';

const at = '2026-11-20T08:00:00.000Z';

export function aRow(over: Partial<SessionRow> = {}): SessionRow {
  return {
    ...newLife,
    id: sessionIdSchema.parse('0197a1b2-0000-7000-8000-000000000001'),
    ownerDaemonId: daemonIdSchema.parse('0197a1b2-0000-7000-8000-000000000002'),
    workspaceId: workspaceIdSchema.parse('0197a1b2-0000-7000-8000-000000000003'),
    roleId: roleIdSchema.parse('0197a1b2-0000-7000-8000-000000000004'),
    name: 'Claude Code',
    nameSource: 'default',
    defaultName: 'Claude Code',
    agent: 'claude',
    mode: 'pty',
    attention: { state: 'starting', kind: null, sentence: 'starting', since: at },
    heard: nothingHeard,
    tags: [],
    hidden: false,
    cwd: '/home/dev',
    argv: ['/usr/bin/claude'],
    wish: { command: null, arguments: [] },
    size: { cols: 80, rows: 24 },
    conversations: [],
    backgroundProcesses: 0,
    environmentNames: [],
    tokenRight: 'self',
    idempotencyKey: null,
    createdAt: at,
    updatedAt: at,
    revision: 0,
    ...over,
  };
}
