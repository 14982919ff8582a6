/** Roles: who works. Each command connects, does one thing and says it. */
import { resolve } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Role } from '../../protocol/role/role.ts';
import { roleTiers } from '../../protocol/role/role.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes, layOutTable } from '../output/output.ts';
import type { Cell, Column, Output } from '../output/output.ts';

export interface RoleWish {
  readonly name: string | undefined;
  readonly tagLine: string | undefined;
  readonly tier: string | undefined;
  /** `any`: whichever is started. */
  readonly agent: string | undefined;
  /** `any`: the agent's own choice. */
  readonly model: string | undefined;
}

const columns: readonly Column[] = [
  { title: 'ID', min: 8, max: 8 },
  { title: 'ROLE', min: 8, max: 24 },
  { title: 'TIER', min: 6, max: 6 },
  { title: 'WORKS IN', min: 8, max: 24 },
  { title: 'AGENT', min: 6, max: 24 },
  { title: 'WHAT', min: 0, max: 100 },
];

export async function listRoles(
  context: CommandContext,
  { all }: { readonly all: boolean },
): Promise<number> {
  const { output } = context;
  const link = await context.connect();
  const { roles } = await link.call('role/list', { archived: all });
  const shown = all ? roles : roles.filter((role) => !role.isDefault);
  const { workspaces } = await link.call('workspace/list', {});
  const names = new Map<string, string>(workspaces.map(({ id, name }) => [id, name]));
  output.result({ roles: shown }, () => (shown.length === 0 ? [] : tableOf(shown, names, output)));
  if (shown.length === 0)
    output.hint('Everything runs as the default role. waggle role create <name> makes another.');
  return exitCodes.ok;
}

function tableOf(
  roles: readonly Role[],
  names: ReadonlyMap<string, string>,
  output: Pick<Output, 'columns' | 'paint'>,
): string[] {
  const rows = roles.map((role): Cell[] => {
    const where = role.workspaceId ?? null;
    const place = where === null ? 'any' : toPlainLine(names.get(where) ?? where.slice(-8));
    const agent = [role.agent ?? 'any', ...(role.model ? [role.model] : [])].join(' ');
    const archived = role.archived === true ? ' (archived)' : '';
    return [
      { text: role.id.slice(-8), style: 'dim' },
      { text: `${toPlainLine(role.name)}${archived}` },
      { text: role.tier ?? 'member', style: 'dim' },
      { text: role.isDefault && where === null ? 'none' : place },
      { text: toPlainLine(agent) },
      { text: toPlainLine(role.tagLine ?? '') },
    ];
  });
  return layOutTable({ columns, rows, width: output.columns, paint: output.paint });
}

export async function createRole(
  context: CommandContext,
  wish: RoleWish & { readonly here: boolean; readonly cwd: string | undefined },
): Promise<number> {
  const { name = '' } = wish;
  const link = await context.connect();
  const workspaceId = wish.here ? await workspaceOf(link, resolve(wish.cwd ?? '.')) : undefined;
  const { role } = await link.call('role/create', {
    name,
    ...toFields(wish),
    ...(workspaceId === undefined ? {} : { workspaceId }),
  });
  context.output.result({ role }, () => [
    `Made the role "${toPlainLine(role.name)}". waggle new --role "${toPlainLine(role.name)}" starts something as it.`,
  ]);
  return exitCodes.ok;
}

export async function changeRole(
  context: CommandContext,
  { reference, ...wish }: RoleWish & { readonly reference: string },
): Promise<number> {
  const fields = { ...(wish.name === undefined ? {} : { name: wish.name }), ...toFields(wish) };
  if (Object.keys(fields).length === 0)
    throw new CommandError('usage', 'Change what?', 'waggle role change --help');
  const { link, role } = await findRole(context, reference);
  const done = await link.call('role/change', { roleId: role.id, ...fields });
  context.output.result(done, () => [`Changed the role "${toPlainLine(done.role.name)}".`]);
  return exitCodes.ok;
}

export async function archiveRole(
  context: CommandContext,
  { reference, archived }: { readonly reference: string; readonly archived: boolean },
): Promise<number> {
  const { link, role } = await findRole(context, reference);
  const done = await link.call('role/change', { roleId: role.id, archived });
  const name = toPlainLine(done.role.name);
  context.output.result(done, () => [
    archived
      ? `Archived the role "${name}"; its notes and facts stay.`
      : `The role "${name}" works again.`,
  ]);
  return exitCodes.ok;
}

async function findRole(
  context: CommandContext,
  reference: string,
): Promise<{ readonly link: DaemonLink; readonly role: Role }> {
  const link = await context.connect();
  return { link, role: await getRole(link, reference) };
}

/**
 * By its name, its id, or an end of its id.
 * @throws WaggleError `notFound`, CommandError `ambiguous`.
 */
export async function getRole(link: DaemonLink, reference: string): Promise<Role> {
  const { roles } = await link.call('role/list', { archived: true });
  const wanted = reference.toLowerCase();
  const byName = roles.filter(({ name, isDefault }) => name.toLowerCase() === wanted && !isDefault);
  const isEnd = wanted.length >= 6;
  const byId = roles.filter(({ id }) => id === wanted || (isEnd && id.endsWith(wanted)));
  const found = byName.length > 0 ? byName : byId;
  const [role, ...others] = found;
  if (role === undefined)
    throw new WaggleError('notFound', `There is no role "${toPlainLine(reference, 64)}".`, {
      fix: 'waggle role list --all',
    });
  if (others.length === 0) return role;
  throw new CommandError(
    'ambiguous',
    `"${toPlainLine(reference, 64)}" means ${found.length} roles.`,
    `Give the id: ${found.map(({ id }) => id).join(', ')}`,
  );
}

function toFields({ tagLine, tier, agent, model }: RoleWish) {
  const known = roleTiers.find((one) => one === tier);
  if (tier !== undefined && known === undefined)
    throw new CommandError('usage', `"${toPlainLine(tier, 40)}" is no tier.`, roleTiers.join(', '));
  return {
    ...(tagLine === undefined ? {} : { tagLine }),
    ...(known === undefined ? {} : { tier: known }),
    ...(agent === undefined ? {} : { agent: agent === 'any' ? null : agent }),
    ...(model === undefined ? {} : { model: model === 'any' ? null : model }),
  };
}

async function workspaceOf(link: DaemonLink, folder: string) {
  const { workspaces } = await link.call('workspace/list', {});
  const isIn = (root: string): boolean => folder === root || folder.startsWith(`${root}/`);
  const found = workspaces
    .flatMap(({ id, roots }) => roots.filter(isIn).map((root) => ({ id, root })))
    .toSorted((a, b) => b.root.length - a.root.length)[0];
  if (found !== undefined) return found.id;
  throw new WaggleError('notFound', 'Nothing has run in this repository yet.', {
    fix: 'Leave --here out, or start something here first: waggle new',
  });
}
