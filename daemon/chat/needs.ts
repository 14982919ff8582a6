/** What a chat asks, as an entry of what needs a person. */
import type { Permission } from '../../protocol/chat/permission.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Need, NeedFacts } from '../attention/attention.ts';
import type { SessionRow } from '../session/session.ts';
import { sentenceOf } from './asking.ts';

const review = { id: 'review', label: 'Review…' };
const here = [{ id: 'allow', label: 'Allow Once' }, { id: 'deny', label: 'Deny' }, review];

/** It is answered in the row only where the row shows all of it. */
export function needOf(sessionId: SessionId, permission: Permission): Omit<Need, 'revision'> {
  const { permissionId, ask, line, createdAt } = permission;
  return {
    id: permissionId,
    kind: ask === 'question' ? 'question' : 'permission',
    sessionId,
    taskId: null,
    text: line ?? sentenceOf(permission),
    since: createdAt,
    actions: line === null ? [review] : here,
  };
}

export function factsOf(row: SessionRow | undefined, isRestored: boolean): NeedFacts {
  return {
    name: row?.name ?? '',
    turnMs: null,
    folder: row?.cwd ?? null,
    isRestored,
    isPrivate: row?.private === true,
  };
}
