/** What "Continue Existing Conversation…" and its neighbours offer, as rows of a quick pick. All texts in them are data. */
import { basename } from 'node:path';
import type { KeptConversation } from '../../protocol/conversation/conversation.ts';
import type { Pane } from '../../protocol/pane/pane.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Translate } from '../translate.ts';
import { describeAge } from '../clock.ts';

export interface AdoptRow<T> {
  readonly value: T;
  readonly icon: string;
  readonly label: string;
  readonly description: string;
}

interface Telling {
  readonly nowMs: number;
  readonly t: Translate;
}

const agentLabels: Readonly<Record<string, string>> = { claude: 'Claude Code', codex: 'Codex' };

/** The first prompt is what a person remembers of a conversation. */
export function conversationRow(
  one: KeptConversation,
  { nowMs, t }: Telling,
): AdoptRow<KeptConversation> {
  const { agent, directory, directoryExists, running, firstPrompt, changedAt } = one;
  const folder = toPlainLine(directory === null ? '' : basename(directory), 40);
  const parts = [
    agentLabels[agent] ?? toPlainLine(agent, 32),
    directoryExists || directory === null ? folder : t('{0} (folder is gone)', folder),
    describeAge(changedAt, nowMs, t),
    running === null ? '' : t('runs in process {0}', running.pid),
  ];
  const label = toPlainLine(firstPrompt, 80);
  return {
    value: one,
    icon: running === null ? 'comment-discussion' : 'lock',
    label: label === '' ? t('(nothing was asked yet)') : label,
    description: parts.filter((part) => part !== '').join(' · '),
  };
}

export function paneRow(pane: Pane): AdoptRow<Pane> {
  const { place, command, title, directory, size } = pane;
  const parts = [
    toPlainLine(command, 32),
    toPlainLine(basename(directory), 40),
    `${size.cols}×${size.rows}`,
    toPlainLine(title, 60),
  ];
  return {
    value: pane,
    icon: 'split-horizontal',
    label: toPlainLine(place, 60),
    description: parts.filter((part) => part !== '').join(' · '),
  };
}
