/** One fact, note or group as words and an icon: the same in tree, search and review. Their text is data and cleaned here. Knows no editor. */
import type {
  Block,
  Fact,
  FactScope,
  FactType,
  LearnedFrom,
  QuarantineReason,
  Source,
} from '../../protocol/memory/memory.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { describeAge } from '../clock.ts';
import type { Translate } from '../translate.ts';
import type { FactGroup } from './shelf.ts';
import { nameWorktree } from './shelf.ts';

export interface RowWords {
  readonly label: string;
  readonly description: string;
  /** For ears: what the icon says. */
  readonly spoken: string;
  /** A codicon. */
  readonly icon: string;
}

export interface RowContext {
  readonly nowMs: number;
  readonly t: Translate;
}

const rowChars = 120;

const typeIcons: Record<FactType, string> = {
  belief: 'lightbulb',
  pattern: 'symbol-structure',
  gotcha: 'warning',
  preference: 'heart',
  decision: 'law',
};

export function iconOfType(type: FactType): string {
  return typeIcons[type];
}

/** The words of a fact; a waiting one says why it waits. */
export function describeFact(fact: Fact, { nowMs, t }: RowContext): RowWords {
  const label = toPlainLine(fact.text, rowChars) || t('(empty)');
  const type = nameType(fact.type, t);
  const isWaiting = fact.state === 'quarantined';
  const [reason] = fact.reasons;
  const parts = [
    isWaiting && reason !== undefined ? nameReason(reason, t) : type,
    describeAge(fact.updatedAt, nowMs, t),
    fact.worktree === null ? '' : t('only in {0}', toPlainLine(nameWorktree(fact.worktree), 40)),
  ];
  const description = parts.filter(Boolean).join(' · ');
  const said = [
    label,
    ...(fact.pinned ? [t('pinned')] : []),
    ...(isWaiting ? [t('waits for you'), type] : []),
    description,
  ];
  const icon = isWaiting ? 'shield' : fact.pinned ? 'pinned' : iconOfType(fact.type);
  return { label, description, spoken: said.join(', '), icon };
}

export function describeNote(block: Block, { t }: RowContext): RowWords {
  const label = toPlainLine(block.label, 40);
  const description = toPlainLine(block.description, 80) || (block.text === '' ? t('empty') : '');
  const spoken = [t('note'), label, description].filter(Boolean).join(', ');
  return { label, description, spoken, icon: 'note' };
}

const groupIcons: Record<FactScope, string> = {
  repository: 'repo',
  agent: 'hubot',
  person: 'account',
  everywhere: 'globe',
};

export function describeGroup(group: FactGroup, t: Translate): RowWords {
  const label = nameGroup(group, t);
  const description = countFacts(group.count, t);
  const icon = group.worktree === undefined ? groupIcons[group.scope] : 'git-branch';
  return { label, description, spoken: `${label}, ${description}`, icon };
}

function nameGroup({ scope, workspace, role, worktree }: FactGroup, t: Translate): string {
  const repository = toPlainLine(workspace?.name ?? '', 60) || t('Unknown Repository');
  if (scope === 'repository')
    return worktree === undefined
      ? repository
      : t('{0}, only in {1}', repository, toPlainLine(nameWorktree(worktree), 40));
  if (scope === 'agent')
    return role === undefined || role.isDefault
      ? t('Agents That Nobody Named')
      : toPlainLine(role.name, 80);
  return scope === 'person' ? t('About You') : t('Everywhere');
}

export function countFacts(count: number, t: Translate): string {
  return count === 1 ? t('1 fact') : t('{0} facts', count);
}

/** "2 wait for you · 5 new": what nobody has looked at. */
export function describeToReview(quarantined: number, unreviewed: number, t: Translate): string {
  const waiting = quarantined === 1 ? t('1 waits for you') : t('{0} wait for you', quarantined);
  const parts = [quarantined > 0 ? waiting : '', unreviewed > 0 ? t('{0} new', unreviewed) : ''];
  return parts.filter(Boolean).join(' · ');
}

export function nameType(type: FactType, t: Translate): string {
  switch (type) {
    case 'belief':
      return t('belief');
    case 'pattern':
      return t('pattern');
    case 'gotcha':
      return t('gotcha');
    case 'preference':
      return t('preference');
    case 'decision':
      return t('decision');
  }
}

/** What a kind of fact is for, in one sentence. */
export function explainType(type: FactType, t: Translate): string {
  switch (type) {
    case 'belief':
      return t('How something is');
    case 'pattern':
      return t('How something is done here');
    case 'gotcha':
      return t('What goes wrong, and how to avoid it');
    case 'preference':
      return t('How you like it');
    case 'decision':
      return t('What was decided, and why');
  }
}

export function nameReason(reason: QuarantineReason, t: Translate): string {
  switch (reason) {
    case 'instructions':
      return t('reads like instructions');
    case 'outsideSource':
      return t('comes from outside');
    case 'contradiction':
      return t('contradicts what is known');
    case 'widerScope':
      return t('asks to hold beyond its repository');
  }
}

export function nameOrigin(from: LearnedFrom, t: Translate): string {
  switch (from) {
    case 'work':
      return t('its own work');
    case 'person':
      return t('what a person said');
    case 'repository':
      return t('the repository');
    case 'outside':
      return t('outside: the web, an issue, a mail, another agent');
  }
}

/** "you", "Claude Code in fix-login", "CLAUDE.md". */
export function nameSource({ by, who, agent }: Source, t: Translate): string {
  const name = toPlainLine(who, 80);
  if (by === 'person') return t('you');
  if (by === 'file') return name || t('a file');
  const isProgram = agent !== null && agent !== 'command' && agent !== 'shell';
  const program = isProgram ? (agentLabels[agent] ?? toPlainLine(agent, 32)) : '';
  if (program === '' || program === name) return name || t('an agent');
  return name === '' ? program : t('{0} in {1}', program, name);
}

const agentLabels: Readonly<Record<string, string>> = {
  claude: 'Claude Code',
  codex: 'Codex',
  opencode: 'opencode',
  gemini: 'Gemini CLI',
};

/** Where a fact holds, as a person would say it. `repository`: the name of its repository. */
export function nameScope(fact: Fact, repository: string, t: Translate): string {
  const name = toPlainLine(repository, 60) || t('its repository');
  if (fact.scope === 'repository')
    return fact.worktree === null
      ? t('in {0}', name)
      : t('in {0}, only in the worktree {1}', name, toPlainLine(fact.worktree, 200));
  if (fact.scope === 'agent') return t('for the role that learned it');
  return fact.scope === 'person' ? t('about you, in every repository') : t('everywhere');
}
