/** The commands about roles: who works. Nobody sees the word before they make a second one. */
import * as vscode from 'vscode';
import type { Role } from '../../protocol/role/role.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { showFailure, toMessage, toPickLabel, translate as t } from '../editor/editor.ts';
import { readRoleId } from './memoryNode.ts';
import type { MemoryParts } from './parts.ts';
import { madeRoles } from './shelf.ts';

type RoleCommandName = 'newRole' | 'changeRole' | 'archiveRole';
export type ListAgents = () => Promise<readonly { readonly id: string; readonly label: string }[]>;

export function createRoleCommands(
  parts: MemoryParts,
  listAgents: ListAgents,
): CommandHandlers<RoleCommandName> {
  const on =
    (placeHolder: string, act: (role: Role) => Promise<void>) =>
    async (argument?: unknown): Promise<void> => {
      const role = await chooseRole(parts, argument, placeHolder);
      if (role !== undefined) await act(role);
    };
  return {
    newRole: () => newRole(parts),
    changeRole: on(t('Change which role?'), (role) => changeRole(parts, role, listAgents)),
    archiveRole: on(t('Archive which role?'), (role) => archiveRole(parts, role)),
  };
}

async function newRole({ connection }: MemoryParts): Promise<void> {
  const name = await askForName('');
  if (name === undefined || name.trim() === '') return;
  const tagLine = await askForTagLine('');
  if (tagLine === undefined) return;
  await connection.call('role/create', { name, tagLine });
}

async function chooseRole(
  { connection }: MemoryParts,
  argument: unknown,
  placeHolder: string,
): Promise<Role | undefined> {
  const { roles } = await connection.call('role/list', {});
  const id = readRoleId(argument);
  const known = roles.find((role) => role.id === id);
  if (known !== undefined) return known;
  const made = madeRoles(roles);
  if (made.length === 0) {
    const said = t('There is no role to choose: “New Role…” makes the first one.');
    await vscode.window.showInformationMessage(said);
    return undefined;
  }
  const rows = made.map((role) => ({
    role,
    label: toPickLabel(toPlainLine(role.name, 80)),
    description: toPickLabel(toPlainLine(role.tagLine ?? '', 100)),
  }));
  return (await vscode.window.showQuickPick(rows, { placeHolder }))?.role;
}

async function changeRole(
  { connection }: MemoryParts,
  role: Role,
  listAgents: ListAgents,
): Promise<void> {
  const change = await askForChange(role, listAgents);
  if (change !== undefined) await connection.call('role/change', { roleId: role.id, ...change });
}

type RoleChange =
  | { name: string }
  | { tagLine: string }
  | { tier: 'member' | 'lead' }
  | { agent: string | null }
  | { model: string | null };

async function askForChange(role: Role, listAgents: ListAgents): Promise<RoleChange | undefined> {
  const none = t('whichever is started');
  const rows = [
    { key: 'name', label: t('Name'), description: role.name },
    { key: 'tagLine', label: t('What It Does'), description: role.tagLine ?? '' },
    { key: 'tier', label: t('Tier'), description: nameTier(role.tier ?? 'member') },
    { key: 'agent', label: t('Preferred Agent'), description: role.agent ?? none },
    { key: 'model', label: t('Model'), description: role.model ?? t('the agent’s choice') },
  ] as const;
  const shown = rows.map((row) => ({
    ...row,
    description: toPickLabel(toPlainLine(row.description, 80)),
  }));
  const title = t('Change ‘{0}’', toPlainLine(role.name, 60));
  const placeHolder = t('What is to be changed?');
  const chosen = await vscode.window.showQuickPick(shown, { title, placeHolder });
  switch (chosen?.key) {
    case 'name': {
      const name = await askForName(role.name);
      return name === undefined || name.trim() === '' ? undefined : { name };
    }
    case 'tagLine': {
      const tagLine = await askForTagLine(role.tagLine ?? '');
      return tagLine === undefined ? undefined : { tagLine };
    }
    case 'tier':
      return askForTier();
    case 'agent':
      return askForAgent(await listAgents(), none);
    case 'model':
      return askForModel(role.model ?? '');
    case undefined:
      return undefined;
  }
}

function askForName(value: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: value === '' ? t('New Role') : t('Rename Role'),
    prompt: t('Who works, such as “reviewer”. It has notes and facts of its own.'),
    value,
    validateInput: (typed) => (typed.length > 80 ? t('At most 80 characters.') : undefined),
  });
}

function askForTagLine(value: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: t('What It Does'),
    prompt: t('One line. It may stay empty.'),
    value,
    validateInput: (typed) => (typed.length > 100 ? t('At most 100 characters.') : undefined),
  });
}

async function askForTier(): Promise<RoleChange | undefined> {
  const rows = (['member', 'lead'] as const).map((tier) => ({
    tier,
    label: nameTier(tier),
    description:
      tier === 'lead' ? t('may also see and steer what members do') : t('does its own work'),
  }));
  const chosen = await vscode.window.showQuickPick(rows, { title: t('Tier') });
  return chosen === undefined ? undefined : { tier: chosen.tier };
}

async function askForAgent(
  agents: Awaited<ReturnType<ListAgents>>,
  none: string,
): Promise<RoleChange | undefined> {
  const rows = [
    { label: none, agent: null },
    ...agents.map(({ id, label }) => ({ label: toPickLabel(label), agent: id })),
  ];
  const chosen = await vscode.window.showQuickPick(rows, { title: t('Preferred Agent') });
  return chosen === undefined ? undefined : { agent: chosen.agent };
}

async function askForModel(value: string): Promise<RoleChange | undefined> {
  const prompt = t('As the agent’s own option takes it. Empty: the agent’s choice.');
  const model = await vscode.window.showInputBox({ title: t('Model'), prompt, value });
  return model === undefined ? undefined : { model: model.trim() || null };
}

function nameTier(tier: 'member' | 'lead'): string {
  return tier === 'lead' ? t('lead') : t('member');
}

async function archiveRole({ connection }: MemoryParts, { id, name }: Role): Promise<void> {
  await connection.call('role/change', { roleId: id, archived: true });
  const undo = t('Undo');
  const said = t("'{0}' is archived. Its notes and facts are kept.", toPlainLine(name, 60));
  const offer = async (): Promise<void> => {
    const chosen = await vscode.window.showInformationMessage(toMessage(said), undo);
    if (chosen === undo) await connection.call('role/change', { roleId: id, archived: false });
  };
  offer().catch(showFailure);
}
