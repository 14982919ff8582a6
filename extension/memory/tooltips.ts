/** What a row of the Memory view says when a person rests on it. All text of others is escaped. */
import * as vscode from 'vscode';
import type { Block, Fact } from '../../protocol/memory/memory.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { translate as t } from '../editor/editor.ts';
import { escapeMarkdown } from '../session/session.ts';
import { describeAge } from '../clock.ts';
import { nameReason, nameScope, nameSource, nameType } from './factRow.ts';

const textChars = 600;

export function describeFactTooltip(fact: Fact, repository: string): vscode.MarkdownString {
  const reasons = fact.reasons.map((reason) => nameReason(reason, t)).join(', ');
  const uses =
    fact.uses === 0
      ? t('no agent has asked for it yet')
      : fact.uses === 1
        ? t('given to an agent once')
        : t('given to agents {0} times', fact.uses);
  const learned = t('learned by {0}', nameSource(fact.source, t));
  const lines = [
    toPlainLine(fact.text, textChars),
    `${nameType(fact.type, t)}, ${nameScope(fact, repository, t)}`,
    `${learned}, ${new Date(fact.validFrom).toLocaleString()}`,
    uses,
    ...(fact.state === 'quarantined'
      ? [t('No agent gets it before you keep it: {0}.', reasons)]
      : []),
  ];
  return toMarkdown(lines);
}

export function describeNoteTooltip(block: Block): vscode.MarkdownString {
  const { label, description, text, limit, updatedAt, updatedBy } = block;
  const age = describeAge(updatedAt, Date.now(), t);
  return toMarkdown([
    toPlainLine(label, 40),
    toPlainLine(description, 500),
    t('{0} of {1} characters', text.length.toLocaleString(), limit.toLocaleString()),
    t('changed by {0}, {1}', nameSource(updatedBy, t), age),
  ]);
}

function toMarkdown(lines: readonly string[]): vscode.MarkdownString {
  return new vscode.MarkdownString(lines.filter(Boolean).map(escapeMarkdown).join('\n\n'));
}
