/**
 * The review: one list, all ticked; Enter keeps the ticked ones and discards the rest, and that can be undone. What reads
 * like instructions stands first, with the words that made it so.
 */
import * as vscode from 'vscode';
import type { Fact } from '../../protocol/memory/memory.ts';
import { factMaxChars } from '../../protocol/memory/memory.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { runCommand, toPickLabel, translate as t } from '../editor/editor.ts';
import { countFacts, describeFact, nameReason, nameScope, nameSource } from './factRow.ts';
import type { MemoryParts } from './parts.ts';
import { tellDone } from './undo.ts';

interface FactPick extends vscode.QuickPickItem {
  readonly fact?: Fact;
}

type Answer =
  | { readonly kind: 'kept'; readonly kept: readonly Fact[] }
  | { readonly kind: 'edit'; readonly fact: Fact; readonly ticked: ReadonlySet<string> }
  | { readonly kind: 'left' };

const pageSize = 200;

/** `learnedBy`: only what that session learned. */
export async function review(
  parts: MemoryParts,
  learnedBy?: NonNullable<Fact['source']['sessionId']>,
): Promise<void> {
  const { connection } = parts;
  const listed = await connection.call('memory/listFacts', {
    unreviewed: true,
    limit: pageSize,
    ...(learnedBy === undefined ? {} : { learnedBy }),
  });
  let facts: readonly Fact[] = sortForReview(listed.facts);
  if (facts.length === 0) {
    await vscode.window.showInformationMessage(t('Nothing is to be reviewed.'));
    return;
  }
  let ticked: ReadonlySet<string> = new Set(facts.map(({ id }) => id));
  for (;;) {
    const answer = await ask(parts, facts, ticked);
    if (answer.kind === 'left') return;
    if (answer.kind === 'kept') return settle(parts, facts, answer.kept);
    const edited = await editShortly(parts, answer.fact);
    if (edited === 'left') return;
    facts = facts.map((fact) => (fact.id === answer.fact.id ? (edited ?? fact) : fact));
    ({ ticked } = answer);
  }
}

/** What needs a careful eye first, then what was learned last. */
function sortForReview(facts: readonly Fact[]): Fact[] {
  const rank = ({ state, reasons }: Fact): number =>
    state === 'accepted' ? 2 : reasons.includes('instructions') ? 0 : 1;
  return [...facts].sort(
    (left, right) => rank(left) - rank(right) || right.createdAt.localeCompare(left.createdAt),
  );
}

function ask(
  parts: MemoryParts,
  facts: readonly Fact[],
  ticked: ReadonlySet<string>,
): Promise<Answer> {
  const pick = vscode.window.createQuickPick<FactPick>();
  pick.canSelectMany = true;
  pick.title = t('Review What Was Learned');
  pick.placeholder = t('Enter keeps what is ticked, discards the rest');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  const rows = toRows(parts, facts);
  pick.items = rows;
  pick.selectedItems = rows.filter(({ fact }) => fact !== undefined && ticked.has(fact.id));
  return new Promise((resolve) => {
    const settleAs = (answer: Answer): void => {
      resolve(answer);
      pick.hide();
    };
    const listTicked = (): Fact[] => pick.selectedItems.flatMap(({ fact }) => fact ?? []);
    pick.onDidAccept(() => settleAs({ kind: 'kept', kept: listTicked() }));
    pick.onDidTriggerItemButton(({ item: { fact }, button }) => {
      if (fact === undefined) return;
      const chosen = new Set<string>(listTicked().map(({ id }) => id));
      if (button.tooltip === editButton().tooltip)
        return settleAs({ kind: 'edit', fact, ticked: chosen });
      settleAs({ kind: 'left' });
      void openSource(fact);
    });
    pick.onDidHide(() => {
      resolve({ kind: 'left' });
      pick.dispose();
    });
    pick.show();
  });
}

function toRows(parts: MemoryParts, facts: readonly Fact[]): FactPick[] {
  const waiting = facts.filter(({ state }) => state === 'quarantined');
  const holding = facts.filter(({ state }) => state === 'accepted');
  const heading = (label: string): FactPick => ({
    label,
    kind: vscode.QuickPickItemKind.Separator,
  });
  const rows = (some: readonly Fact[]): FactPick[] => some.map((fact) => toRow(parts, fact));
  return [
    ...(waiting.length > 0 ? [heading(t('Waits for You')), ...rows(waiting)] : []),
    ...(holding.length > 0 ? [heading(t('In Use Already')), ...rows(holding)] : []),
  ];
}

function toRow({ library }: MemoryParts, fact: Fact): FactPick {
  const { label, description } = describeFact(fact, { nowMs: Date.now(), t });
  const scope = nameScope(fact, library.nameOfWorkspace(fact.workspaceId), t);
  const reasons = fact.reasons.map((reason) => nameReason(reason, t)).join(', ');
  const quoted = fact.suspicious.map((text) => `“${toPlainLine(text, 80)}”`).join(' ');
  const why = [reasons, quoted].filter(Boolean).join(': ');
  const learned = t('by {0}', nameSource(fact.source, t));
  const isWaiting = fact.state === 'quarantined';
  const beside = isWaiting ? [scope, learned] : [description, scope, learned];
  return {
    fact,
    label: toPickLabel(label),
    description: toPickLabel(beside.join(' · ')),
    ...(why === '' ? {} : { detail: toPickLabel(why) }),
    buttons: [editButton(), ...(hasSource(fact) ? [sourceButton()] : [])],
  };
}

function hasSource({ source }: Fact): boolean {
  return source.sessionId !== null || source.path !== null;
}

async function openSource({ source }: Fact): Promise<void> {
  if (source.path !== null) await vscode.window.showTextDocument(vscode.Uri.file(source.path));
  else if (source.sessionId !== null) await runCommand('openSession', source.sessionId);
}

/** In the same place; a text of several lines is a document. Undefined: it stays as it was. */
async function editShortly(parts: MemoryParts, fact: Fact): Promise<Fact | 'left' | undefined> {
  if (fact.text.includes('\n')) {
    await runCommand('editFact', fact.id);
    return 'left';
  }
  const text = await vscode.window.showInputBox({
    title: t('Edit Fact'),
    value: fact.text,
    ignoreFocusOut: true,
    validateInput: (typed) =>
      typed.length > factMaxChars ? t('At most {0} characters.', factMaxChars) : undefined,
  });
  if (text === undefined || text.trim() === '' || text === fact.text) return undefined;
  const asked = { factId: fact.id, revision: fact.revision, text: text.trim() };
  const edited = await parts.connection.call('memory/edit', asked);
  if (edited.outcome === 'conflict')
    throw new WaggleError('conflict', t('The fact was changed in the meantime.'), {
      fix: t('Review again.'),
    });
  return edited.fact;
}

async function settle(
  { connection }: MemoryParts,
  facts: readonly Fact[],
  kept: readonly Fact[],
): Promise<void> {
  const accept = kept.map(({ id }) => id);
  const discard = facts.map(({ id }) => id).filter((id) => !accept.includes(id));
  const { changeId, accepted, discarded } = await connection.call('memory/review', {
    accept,
    discard,
  });
  const said =
    discarded.length === 0
      ? t('{0} kept.', countFacts(accepted.length, t))
      : t('{0} kept, {1} discarded.', countFacts(accepted.length, t), discarded.length);
  tellDone(connection, said, changeId);
}

function editButton(): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon('edit'), tooltip: t('Edit') };
}

function sourceButton(): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon('go-to-file'), tooltip: t('Open Source') };
}
