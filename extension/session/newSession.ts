/** What "New Session…" offers, and in which order. */
import type { Agent } from '../../protocol/agent/agent.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Translate } from '../translate.ts';

/** How an agent is opened: drawing a terminal, or speaking in a chat. */
export type OpenedAs = 'terminal' | 'chat';

/** `open`: an agent, or the shell. `missing`: known, but not found. `command`: anything else, asked for next. */
export type Choice =
  | { readonly kind: 'open'; readonly agent: string; readonly as?: OpenedAs }
  | { readonly kind: 'missing'; readonly agent: Agent }
  | { readonly kind: 'command' }
  /** What is kept of it is asked next, then the same again. */
  | { readonly kind: 'more' };

export interface ChoiceRow {
  readonly choice: Choice;
  readonly icon: string;
  readonly label: string;
  readonly description: string;
}

export const agentIcon = { shell: 'terminal', command: 'run', agent: 'hubot' } as const;

/** As the daemon says; an older one knows that agents can be both. A shell or a command is a terminal. */
export function listWays(id: string, agent: Agent | undefined): readonly OpenedAs[] {
  if (id === 'shell' || id === 'command') return ['terminal'];
  const modes = agent?.modes ?? ['pty', 'pipe'];
  return modes.map((mode) => (mode === 'pipe' ? 'chat' : 'terminal'));
}

/** The icon of a kind of session, where it stands beside its name. */
export function iconOfAgent(agent: string): string {
  return agent === 'shell' || agent === 'command' ? agentIcon[agent] : agentIcon.agent;
}

/** Last used first, then what was found, shell and command; what was not found stands below all that can be run. */
export function listChoices(
  agents: readonly Agent[],
  lastUsed: string | undefined,
  t: Translate,
): ChoiceRow[] {
  const found = agents.filter((agent) => agent.found && agent.id !== 'shell');
  const missing = agents.filter((agent) => !agent.found && agent.id !== 'shell');
  const shell = agents.find((agent) => agent.id === 'shell');
  const rows = [...found.map(toFoundRow), toShellRow(shell, t)];
  const first = rows.filter(({ choice }) => choice.kind === 'open' && choice.agent === lastUsed);
  const others = rows.filter((row) => !first.includes(row));
  return [
    ...first,
    ...others,
    toCommandRow(t),
    toMoreRow(t),
    ...missing.map((agent) => toMissingRow(agent, t)),
  ];
}

/** Rows that a person already sees keep their places, so that nothing moves under a click or Enter; new ones follow. */
export function mergeChoices(
  shown: readonly ChoiceRow[],
  listed: readonly ChoiceRow[],
): ChoiceRow[] {
  const byKey = new Map(listed.map((row) => [keyOf(row.choice), row]));
  const kept = shown.flatMap(({ choice }) => byKey.get(keyOf(choice)) ?? []);
  return [...kept, ...listed.filter((row) => !kept.includes(row))];
}

function keyOf(choice: Choice): string {
  if (choice.kind === 'command' || choice.kind === 'more') return choice.kind;
  return choice.kind === 'open' ? choice.agent : choice.agent.id;
}

function toFoundRow(agent: Agent): ChoiceRow {
  return {
    choice: { kind: 'open', agent: agent.id },
    icon: iconOfAgent(agent.id),
    label: toPlainLine(agent.label, 60),
    description: [agent.version, agent.hint]
      .map((text) => toPlainLine(text ?? '', 120))
      .filter(Boolean)
      .join(' · '),
  };
}

function toMissingRow(agent: Agent, t: Translate): ChoiceRow {
  return {
    choice: { kind: 'missing', agent },
    icon: 'circle-slash',
    label: toPlainLine(agent.label, 60),
    description: t('not found'),
  };
}

function toShellRow(shell: Agent | undefined, t: Translate): ChoiceRow {
  return {
    choice: { kind: 'open', agent: 'shell' },
    icon: iconOfAgent('shell'),
    label: t('Shell'),
    description: toPlainLine(shell?.path ?? '', 80),
  };
}

function toMoreRow(t: Translate): ChoiceRow {
  return {
    choice: { kind: 'more' },
    icon: 'ellipsis',
    label: t('More…'),
    description: t('a private session, or what is kept of it'),
  };
}

function toCommandRow(t: Translate): ChoiceRow {
  return {
    choice: { kind: 'command' },
    icon: iconOfAgent('command'),
    label: t('Command…'),
    description: t('any program with its arguments'),
  };
}
