/**
 * Roles: who works. Makes the default one of a repository when something first runs there, so that nobody has to. What a role
 * remembers is the noun memory's; what it may call, the tools'.
 */
import type { Role } from '../../protocol/role/role.ts';
import { roleSchema } from '../../protocol/role/role.ts';
import type { RoleId } from '../../protocol/wire/brand.ts';
import { roleIdSchema } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature } from '../feature.ts';
import { createUuid } from '../uuid.ts';
import type { RoleRow, roleStore } from './role.store.ts';

export interface RoleFeature extends Feature<'role'> {
  /** The role of sessions in no repository, or that leave no trace. Known after `start`. */
  getDefault(): RoleId;
  /** The role of sessions there that name none; made when it is the first. */
  ensureDefault(workspaceId: string): Promise<RoleId>;
  /** Without making one: undefined where nothing ever ran. */
  findDefault(workspaceId: string): RoleId | undefined;
  find(id: string): Role | undefined;
  /** A role that may start something there. @throws WaggleError `notFound`, `conflict` when it is archived or works elsewhere. */
  getWorking(id: string, workspaceId: string): Role;
}

type Draft = Pick<Role, 'name'> & Partial<Omit<RoleRow, 'id' | 'ownerDaemonId' | 'revision'>>;

export function createRoleFeature(context: FeatureContext): RoleFeature {
  const roles = new Roles(context);
  return {
    noun: 'role',
    start: () => roles.load(),
    getDefault: () => roles.getDefault(),
    ensureDefault: (workspaceId) => roles.ensureDefault(workspaceId),
    findDefault: (workspaceId) => roles.findDefault(workspaceId)?.id,
    find: (id) => roles.list().find((role) => role.id === id),
    getWorking: (id, workspaceId) => getWorking(roles.get(id), workspaceId),
    handlers: {
      'role/list': ({ workspaceId, archived }) => ({
        roles: roles
          .list()
          .filter((role) => archived === true || role.archived !== true)
          .filter((role) => workspaceId === undefined || worksIn(role, workspaceId)),
      }),
      'role/subscribe'(_params, caller) {
        caller.subscribe('role');
        return { roles: [...roles.list()] };
      },
      async 'role/create'(draft) {
        return { role: await roles.create(draft) };
      },
      async 'role/change'({ roleId, ...change }) {
        return { role: await roles.change(roleId, change) };
      },
    },
    dispose: () => roles.clear(),
  };
}

function worksIn(role: Role, workspaceId: string): boolean {
  return role.workspaceId === workspaceId || (role.workspaceId === null && !role.isDefault);
}

function getWorking(role: Role, workspaceId: string): Role {
  const name = toPlainLine(role.name, 80);
  if (role.archived === true)
    throw new WaggleError('conflict', `The role "${name}" is archived.`, {
      fix: `Bring it back: waggle role restore ${role.id}`,
    });
  const isOfNone = role.isDefault && role.workspaceId === null;
  if (!worksIn(role, workspaceId) && !isOfNone)
    throw new WaggleError('conflict', `The role "${name}" works in another repository.`, {
      fix: 'Choose another role: waggle role list',
    });
  return role;
}

/** The rows in memory; each change is written before it holds. */
class Roles {
  readonly #context: Pick<FeatureContext, 'clock' | 'daemonId' | 'publish'>;
  readonly #store;
  readonly #rows = new Map<string, RoleRow>();
  readonly #making = new Map<string, Promise<RoleId>>();

  constructor(context: FeatureContext) {
    this.#context = context;
    this.#store = context.openStore<typeof roleStore>('role');
  }

  async load(): Promise<void> {
    const first = await this.#store.ensureDefault(
      this.#draft({ name: 'Default', isDefault: true }),
    );
    for (const row of [...(await this.#store.list({})), first]) this.#rows.set(row.id, row);
  }

  clear(): void {
    this.#rows.clear();
  }

  list(): readonly Role[] {
    return [...this.#rows.values()].map(toWire);
  }

  /** @throws WaggleError `notFound`. */
  get(id: string): Role {
    return toWire(this.#getRow(id));
  }

  getDefault(): RoleId {
    const row = this.#rowOfDefault(null);
    if (row === undefined) throw new Error('The role feature has not started');
    return roleIdSchema.parse(row.id);
  }

  findDefault(workspaceId: string): Role | undefined {
    const row = this.#rowOfDefault(workspaceId);
    return row === undefined ? undefined : toWire(row);
  }

  async ensureDefault(workspaceId: string): Promise<RoleId> {
    const known = this.#rowOfDefault(workspaceId);
    if (known !== undefined) return roleIdSchema.parse(known.id);
    const making = this.#making.get(workspaceId) ?? this.#makeDefault(workspaceId);
    this.#making.set(workspaceId, making);
    try {
      return await making;
    } finally {
      this.#making.delete(workspaceId);
    }
  }

  async create(draft: Draft): Promise<Role> {
    return this.#save(this.#draft({ ...draft, name: toPlainLine(draft.name, 80) }));
  }

  async change(id: string, change: { readonly [K in keyof Draft]?: Draft[K] | undefined }) {
    const row = this.#getRow(id);
    if (row.isDefault && change.archived === true)
      throw new WaggleError('conflict', 'A default role cannot be archived.', {
        fix: 'Sessions that name no role run as it. Rename it instead.',
      });
    const given = Object.fromEntries(
      Object.entries(change).filter(([, value]) => value !== undefined),
    );
    return this.#save({ ...row, ...given });
  }

  async #makeDefault(workspaceId: string): Promise<RoleId> {
    const draft = this.#draft({ name: 'Default', isDefault: true, workspaceId });
    const row = await this.#store.ensureDefault(draft);
    this.#keep(row);
    return roleIdSchema.parse(row.id);
  }

  async #save(row: RoleRow): Promise<Role> {
    return this.#keep(await this.#store.save({ ...row, tagLine: toPlainLine(row.tagLine, 100) }));
  }

  #keep(row: RoleRow): Role {
    this.#rows.set(row.id, row);
    const role = toWire(row);
    this.#context.publish('role/changed', { role });
    return role;
  }

  #draft({ name, ...given }: Draft): RoleRow {
    const nowMs = this.#context.clock.now();
    return {
      id: createUuid(nowMs),
      ownerDaemonId: this.#context.daemonId,
      name,
      isDefault: false,
      tagLine: '',
      tier: 'member',
      agent: null,
      model: null,
      workspaceId: null,
      owner: 'person',
      archived: false,
      createdAt: new Date(nowMs).toISOString(),
      revision: 0,
      ...given,
    };
  }

  #rowOfDefault(workspaceId: string | null): RoleRow | undefined {
    return [...this.#rows.values()].find((row) => row.isDefault && row.workspaceId === workspaceId);
  }

  #getRow(id: string): RoleRow {
    const row = this.#rows.get(id);
    if (row === undefined)
      throw new WaggleError('notFound', 'There is no such role.', { fix: 'waggle role list' });
    return row;
  }
}

function toWire(row: RoleRow): Role {
  return roleSchema.parse(row);
}
