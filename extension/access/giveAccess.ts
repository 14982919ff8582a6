/** "Give Agents Access to Memory and Tasks…": who, what changes, and whether it works, in three steps. */
import * as vscode from 'vscode';
import type { AccessContext, AgentAccess, Applied, Change } from '../../link/access/access.ts';
import {
  applyChange,
  dropHeldToken,
  findHeldToken,
  listAccess,
  listFiles,
  planGiving,
  planTaking,
  undoChange,
  verifyAccess,
} from '../../link/access/access.ts';
import { WaggleError, errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { translate as t } from '../editor/editor.ts';
import type { AccessRow, Outcome, OutcomeRow } from './accessRow.ts';
import { toOutcomeRow, toRows } from './accessRow.ts';
import { pictureOf } from './picture.ts';
import { shortenPath } from './shortPath.ts';
import { openPreview } from './preview.ts';

export interface GiveOptions {
  readonly connection: DaemonConnection;
  /** Asked anew each time: the daemon may serve at another place. */
  readonly access: () => AccessContext;
}

interface AgentItem extends vscode.QuickPickItem {
  readonly row: AccessRow;
}

type Plan = Change | { readonly outcome: Outcome };

export async function giveAccess(options: GiveOptions): Promise<void> {
  // What an entry runs must be there before it is written; a daemon that starts puts it there.
  await options.connection.require();
  const access = options.access();
  const agents = listAccess(access);
  const ticked = await chooseAgents(agents);
  if (ticked === undefined) return;
  const plans = planAll(access, agents, ticked);
  const changes = plans.filter((plan): plan is Change => 'action' in plan && plan.isNeeded);
  if (changes.length > 0 && !(await confirm(changes))) return;
  const done = await carryOut(options, plans);
  await showOutcomes(options, done);
}

/** Undefined: the person left. */
async function chooseAgents(
  agents: readonly AgentAccess[],
): Promise<ReadonlySet<string> | undefined> {
  const items = toRows(agents, { t, short: shortenPath }).map(toItem);
  const chosen = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    ignoreFocusOut: true,
    matchOnDescription: true,
    title: t('Give Agents Access to Memory and Tasks'),
    placeHolder: t('Ticked agents get an entry. You see each change first.'),
  });
  return chosen === undefined ? undefined : new Set(chosen.map(({ row }) => row.agent));
}

function toItem(row: AccessRow): AgentItem {
  const { label, description, detail, picked } = row;
  return { row, label, description, detail, picked, iconPath: iconOf(row) };
}

/** A list shows icons of the theme without their colour: what is green or red is a picture. */
function iconOf({ icon, color }: OutcomeRow): vscode.ThemeIcon | vscode.Uri {
  if (color === undefined) return new vscode.ThemeIcon(icon);
  return vscode.Uri.parse(
    `data:image/svg+xml;base64,${Buffer.from(pictureOf(icon, color)).toString('base64')}`,
  );
}

/** Ticked: the entry as it is to be, and tried. Not ticked any more: taken back. */
function planAll(
  access: AccessContext,
  agents: readonly AgentAccess[],
  ticked: ReadonlySet<string>,
): Plan[] {
  return agents.flatMap(({ agent, label, state }): Plan[] => {
    const action = ticked.has(agent) ? 'give' : 'take';
    const has = state === 'given' || state === 'outdated';
    if (action === 'take' && !has) return [];
    try {
      if (action === 'give') return [planGiving(access, agent)];
      return listFiles(access, agent)
        .map((file) => planTaking(access, agent, file))
        .filter(({ isNeeded }) => isNeeded);
    } catch (error) {
      return [{ outcome: { agent, label, action, verdict: toRed(error) } }];
    }
  });
}

function toRed(error: unknown): Outcome['verdict'] {
  const fix = error instanceof WaggleError ? error.fix : undefined;
  return { ok: false, code: errorCodeOf(error), reason: errorMessageOf(error), fix };
}

/** Shows all changes in one diff and asks above it, so that both can be seen. */
async function confirm(changes: readonly Change[]): Promise<boolean> {
  const preview = await openPreview(changes);
  try {
    const write = {
      label:
        changes.length === 1 ? t('Write This File') : t('Write These {0} Files', changes.length),
    };
    const items: vscode.QuickPickItem[] = [
      {
        ...write,
        iconPath: new vscode.ThemeIcon('check'),
        detail: changes.map(({ file }) => shortenPath(file)).join(' · '),
      },
      { label: t('Write Nothing'), iconPath: new vscode.ThemeIcon('close') },
    ];
    const chosen = await vscode.window.showQuickPick(items, {
      ignoreFocusOut: true,
      title: t('Give Agents Access to Memory and Tasks'),
      placeHolder: t('Below you see what changes. Each can be taken back.'),
    });
    return chosen === items[0];
  } finally {
    preview.dispose();
  }
}

interface Done {
  readonly outcomes: readonly Outcome[];
  readonly applied: readonly Applied[];
}

function carryOut(options: GiveOptions, plans: readonly Plan[]): Thenable<Done> {
  const place = {
    location: vscode.ProgressLocation.Notification,
    title: t('Access to Memory and Tasks'),
  };
  return vscode.window.withProgress(place, async (progress) => {
    const outcomes: Outcome[] = [];
    const applied: Applied[] = [];
    for (const plan of plans) {
      if ('outcome' in plan) {
        outcomes.push(plan.outcome);
        continue;
      }
      progress.report({
        message: t('{0}: writing and trying it…', plan.label),
        increment: 100 / plans.length,
      });
      outcomes.push(await carryOne(options, plan, applied));
    }
    return { outcomes, applied };
  });
}

async function carryOne(options: GiveOptions, plan: Change, applied: Applied[]): Promise<Outcome> {
  const { agent, label, action } = plan;
  const access = options.access();
  try {
    applied.push(await applyChange(access, plan));
    if (action === 'take') {
      await forgetToken(options, agent);
      return { agent, label, action, verdict: undefined };
    }
    return { agent, label, action, verdict: await verifyAccess(access, agent) };
  } catch (error) {
    return { agent, label, action, verdict: toRed(error) };
  }
}

/** A token that its agent does not have any more counts no more. */
export async function forgetToken(
  { connection, access }: GiveOptions,
  agent: Change['agent'],
): Promise<void> {
  const { paths } = access();
  const held = findHeldToken(paths, agent);
  if (held === undefined) return;
  dropHeldToken(paths, agent);
  try {
    await connection.link?.call('token/revokeConnector', { id: held.id });
  } catch (error) {
    if (errorCodeOf(error) !== 'notFound') throw error;
  }
}

/** Stays until the person leaves it: green or red per agent, and one row that undoes all of it. */
async function showOutcomes(options: GiveOptions, { outcomes, applied }: Done): Promise<void> {
  const rows = outcomes.map((outcome) => toOutcomeRow(outcome, t));
  const items: vscode.QuickPickItem[] = rows.map((row) => ({
    label: row.label,
    description: row.description,
    detail: row.detail,
    iconPath: iconOf(row),
  }));
  const written = applied.filter(({ change }) => change.isNeeded);
  const undo = {
    label: t('Undo'),
    description: t('each file as it was'),
    iconPath: new vscode.ThemeIcon('discard'),
  };
  const separator = { label: '', kind: vscode.QuickPickItemKind.Separator };
  const chosen = await vscode.window.showQuickPick(
    written.length === 0 ? items : [...items, separator, undo],
    {
      ignoreFocusOut: true,
      title: t('Access to Memory and Tasks'),
      placeHolder:
        outcomes.length === 0
          ? t('Nothing was changed.')
          : t('Agents that run already see it when they start anew.'),
    },
  );
  if (chosen !== undo) return;
  for (const one of written.toReversed()) await undoChange(options.access(), one);
  await vscode.window.showInformationMessage(t('Undone: each file is as it was.'));
}
