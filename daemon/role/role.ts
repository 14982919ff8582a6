/**
 * Roles: who works. Holds the one default row that every session names; a second role, notes and rights come with the
 * noun's own views.
 */
import type { RoleId } from '../../protocol/wire/brand.ts';
import { roleIdSchema } from '../../protocol/wire/brand.ts';
import type { Role } from '../../protocol/role/role.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature } from '../feature.ts';
import { createUuid } from '../uuid.ts';
import type { roleStore } from './role.store.ts';

export interface RoleFeature extends Feature<'role'> {
  /** The role of sessions that name none. Known after `start`. */
  getDefault(): RoleId;
}

export function createRoleFeature(context: FeatureContext): RoleFeature {
  const store = context.openStore<typeof roleStore>('role');
  let defaultRole: RoleId | undefined;
  const listRoles = async (): Promise<{ roles: Role[] }> => {
    const rows = await store.list({});
    return { roles: rows.map((row) => ({ ...row, id: roleIdSchema.parse(row.id) })) };
  };
  const refuse = (): never => {
    throw new WaggleError('methodNotFound');
  };
  return {
    noun: 'role',
    async start() {
      const id = await store.ensureDefault({ id: createUuid(), ownerDaemonId: context.daemonId });
      defaultRole = roleIdSchema.parse(id);
    },
    getDefault() {
      if (defaultRole === undefined) throw new Error('The role feature has not started');
      return defaultRole;
    },
    handlers: {
      'role/list': listRoles,
      'role/subscribe': listRoles,
      'role/create': refuse,
      'role/change': refuse,
    },
    dispose() {
      defaultRole = undefined;
    },
  };
}
