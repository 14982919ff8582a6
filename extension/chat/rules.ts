/** What is allowed without asking: seen, changed and taken back. Only a person makes one, at a permission. */
import * as vscode from 'vscode';
import type { Rule } from '../../protocol/chat/permission.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { showFailure, toPickLabel, translate as t } from '../editor/editor.ts';

interface RuleRow extends vscode.QuickPickItem {
  readonly rule: Rule;
}

const dayMs = 86_400_000;

/** Stays open while rules are changed. */
export async function showRules(connection: DaemonConnection): Promise<void> {
  const { rules } = await connection.call('chat/listRules', {});
  if (rules.length === 0) {
    await vscode.window.showInformationMessage(
      t(
        'Nothing is allowed without asking. A rule is made where something is asked: Allow Always…',
      ),
    );
    return;
  }
  const removal = { iconPath: new vscode.ThemeIcon('trash'), tooltip: t('Ask Again from Now On') };
  const rows = rules.map((rule) => ({ ...toRow(rule), buttons: [removal] }));
  const rule = await pickRule(rows, async (removed) => {
    await connection.call('chat/removeRule', { ruleId: removed.id });
  });
  if (rule !== undefined) await changeRule(connection, rule);
}

function pickRule(
  rows: readonly RuleRow[],
  remove: (rule: Rule) => Promise<void>,
): Promise<Rule | undefined> {
  const pick = vscode.window.createQuickPick<RuleRow>();
  pick.title = t('Allowed without Asking');
  pick.placeholder = t('Enter changes a rule, its button takes it back.');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.items = rows;
  return new Promise((resolve) => {
    pick.onDidTriggerItemButton(({ item }) => {
      remove(item.rule).then(() => {
        pick.items = pick.items.filter((row) => row.rule.id !== item.rule.id);
        if (pick.items.length === 0) pick.hide();
      }, showFailure);
    });
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.rule);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

async function changeRule(connection: DaemonConnection, rule: Rule): Promise<void> {
  const pattern = await vscode.window.showInputBox({
    title: t('Allowed without Asking'),
    prompt: t(
      'Exactly this; or a beginning of it followed by " *", or of a path followed by "/**".',
    ),
    value: rule.pattern,
    validateInput: (value) => (value.trim() === '' ? t('It cannot be empty.') : undefined),
  });
  if (pattern === undefined) return;
  const terms: (vscode.QuickPickItem & { readonly days: number | null | undefined })[] = [
    { label: t('As It Is'), description: describeEnd(rule), days: undefined },
    { label: t('Until I Take It Back'), days: null },
    { label: t('For a Day'), days: 1 },
    { label: t('For 30 Days'), days: 30 },
  ];
  const term = await vscode.window.showQuickPick(terms, { title: t('Until when?') });
  if (term === undefined) return;
  const { days } = term;
  const end = days === null ? null : new Date(Date.now() + (days ?? 0) * dayMs).toISOString();
  await connection.call('chat/changeRule', {
    ruleId: rule.id,
    pattern: pattern.trim(),
    ...(days === undefined ? {} : { expiresAt: end }),
  });
}

function toRow(rule: Rule): RuleRow {
  const where = rule.sessionId === null ? t('in its repository') : t('in one chat');
  const uses = rule.uses === 1 ? t('used once') : t('used {0} times', rule.uses);
  return {
    rule,
    label: toPickLabel(toPlainLine(`${rule.tool}: ${rule.pattern}`, 120)),
    description: [rule.agent, where].join(' · '),
    detail: [uses, describeEnd(rule), new Date(rule.createdAt).toLocaleString()].join(' · '),
  };
}

function describeEnd({ expiresAt }: Rule): string {
  return expiresAt === null
    ? t('until you take it back')
    : t('until {0}', new Date(expiresAt).toLocaleString());
}
