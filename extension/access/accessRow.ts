/** Agents and verdicts as rows of a list: their words and icons. Knows no editor. */
import type { AccessAgentId, AgentAccess, Change, Verdict } from '../../link/access/access.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Translate } from '../translate.ts';

export type RowColor = 'green' | 'orange' | 'red';

export interface AccessRow {
  readonly agent: AccessAgentId;
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  /** A codicon; with a colour, the picture of that name. */
  readonly icon: string;
  readonly color: RowColor | undefined;
  /** Ticked at first. */
  readonly picked: boolean;
}

interface RowWords {
  readonly t: Translate;
  /** A path of the person's home as they write it. */
  readonly short: (text: string) => string;
}

/** Who is here stands first; who has access, or is here and may be given it, is ticked. */
export function toRows(all: readonly AgentAccess[], words: RowWords): AccessRow[] {
  const rank = ({ isHere }: AgentAccess): number => (isHere ? 0 : 1);
  return all.toSorted((left, right) => rank(left) - rank(right)).map((one) => toRow(one, words));
}

function toRow(access: AgentAccess, { t, short }: RowWords): AccessRow {
  const { agent, label, state, isHere, file, problem } = access;
  const about = { agent, label, detail: toPlainLine(short(problem?.message ?? file), 500) };
  const plain = { ...about, color: undefined };
  if (state === 'given')
    return {
      ...about,
      description: t('has access'),
      icon: 'pass-filled',
      color: 'green',
      picked: true,
    };
  if (state === 'outdated')
    return {
      ...plain,
      description: t('has an older entry, to be renewed'),
      icon: 'sync',
      picked: true,
    };
  if (state === 'foreign')
    return {
      ...{ agent, label, icon: 'warning', color: 'orange', picked: false },
      description: t('left alone'),
      detail: t(
        '{0} has an entry named "waggle" that Waggle did not write.',
        toPlainLine(file, 300),
      ),
    };
  if (state === 'refused')
    return {
      ...about,
      description: t('left alone'),
      icon: 'error',
      color: 'red',
      picked: false,
    };
  if (!isHere)
    return {
      ...plain,
      description: t('not found on this machine'),
      icon: 'circle-outline',
      picked: false,
    };
  return { ...plain, description: t('no access yet'), icon: 'circle-outline', picked: true };
}

/** What became of an agent: the change, and how the entry was tried. */
export interface Outcome {
  readonly agent: AccessAgentId;
  readonly label: string;
  readonly action: Change['action'];
  /** After taking: only what failed. */
  readonly verdict: Verdict | undefined;
}

export type OutcomeRow = Omit<AccessRow, 'picked'>;

export function toOutcomeRow({ agent, label, action, verdict }: Outcome, t: Translate): OutcomeRow {
  if (verdict === undefined)
    return {
      agent,
      label,
      description: t('access taken back'),
      detail: '',
      icon: 'circle-slash',
      color: undefined,
    };
  if (!verdict.ok) {
    const why = toPlainLine(verdict.reason, 300);
    const detail =
      verdict.fix === undefined ? why : t('{0} To fix: {1}', why, toPlainLine(verdict.fix, 300));
    const description =
      action === 'give' ? t('does not work') : t('access could not be taken back');
    return { agent, label, description, detail, icon: 'error', color: 'red' };
  }
  const { tools, called, tookMs } = verdict;
  const detail =
    called === undefined
      ? t('{0} tools; none of them only reads, so none was called', tools)
      : t('{0} tools; "{1}" answered in {2} ms', tools, toPlainLine(called, 80), tookMs);
  return {
    agent,
    label,
    description: t('works'),
    detail,
    icon: 'pass-filled',
    color: 'green',
  };
}
