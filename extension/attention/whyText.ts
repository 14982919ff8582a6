/** Why a session is in its state, as a page of plain text: who says so, by which rule, on what evidence. Knows no editor. */
import type {
  Authority,
  IgnoredReport,
  Outranked,
  Signal,
  Why,
} from '../../protocol/attention/why.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';
import { describeAge } from '../clock.ts';
import type { Translate } from '../translate.ts';

export interface WhyContext {
  readonly name: string;
  readonly nowMs: number;
  readonly t: Translate;
}

type Fact = readonly [label: string, value: string];

/** Nothing in it is markup, and no sign of a program does anything: what cannot be printed is shown as its number. */
export function describeWhy(why: Why, context: WhyContext): string {
  const { t } = context;
  const { attention, chosen } = why;
  const claim = [nameClaim(attention, t), toPlainLine(attention.sentence)].filter(Boolean);
  const parts = [
    t("Why '{0}' is in this state", toPlainLine(context.name, 80)),
    layOut([
      [t('State'), claim.join(': ')],
      [t('Since'), describeInstant(attention.since, context)],
    ]),
    chosen === null
      ? t('Nobody has said anything about it yet, so nothing is claimed.')
      : layOut(listFacts(chosen, context)),
  ];
  if (why.outranked.length > 0)
    parts.push(
      [t('Also said, but not taken'), ...why.outranked.map(describeOutranked(context))].join(
        '\n\n',
      ),
    );
  if (why.ignored.length > 0)
    parts.push([t('Ignored'), ...why.ignored.map(describeIgnored(context))].join('\n\n'));
  return `${parts.join('\n\n')}\n`;
}

function listFacts(signal: Signal, context: WhyContext): Fact[] {
  const { t } = context;
  const where =
    signal.seq === null
      ? t('in run {0}', signal.generation + 1)
      : t('in run {0}, at byte {1} of its output', signal.generation + 1, signal.seq);
  return [
    [t('Said by'), nameAuthority(signal.authority, t)],
    [t('Rule'), toLine(signal.rule)],
    [t('Evidence'), toLine(signal.evidence)],
    [t('Heard'), describeInstant(signal.at, context)],
    [t('Where'), where],
  ];
}

function describeOutranked(context: WhyContext): (outranked: Outranked) => string {
  const { t } = context;
  return ({ signal, reason }) => {
    const claim = [nameClaim(signal, t), toPlainLine(signal.sentence)].filter(Boolean).join(': ');
    const because =
      reason === 'seen'
        ? t('you have seen this result')
        : t('somebody who counts for more said something');
    return layOut([[t('State'), claim], ...listFacts(signal, context), [t('Because'), because]]);
  };
}

function describeIgnored(context: WhyContext): (report: IgnoredReport) => string {
  const { t } = context;
  return ({ authority, reason, evidence, at }) =>
    layOut([
      [t('Said by'), nameAuthority(authority, t)],
      [t('Evidence'), toLine(evidence)],
      [t('Heard'), describeInstant(at, context)],
      [t('Because'), toPlainLine(reason)],
    ]);
}

function nameClaim({ state, kind }: Pick<Signal, 'state' | 'kind'>, t: Translate): string {
  if (state !== 'asking') return state;
  if (kind === 'question') return t('asking (question)');
  return kind === 'signIn' ? t('asking (sign-in)') : t('asking (permission)');
}

export function nameAuthority(authority: Authority, t: Translate): string {
  switch (authority) {
    case 'events':
      return t('the agent’s own events');
    case 'status':
      return t('a status report in its output (OSC 7501)');
    case 'hook':
      return t('a hook of the agent');
    case 'title':
      return t('the title of its terminal');
    case 'notification':
      return t('a notification or bell in its output');
    case 'process':
      return t('its process');
  }
}

function describeInstant(at: string, { nowMs, t }: WhyContext): string {
  const age = describeAge(at, nowMs, t);
  const ago = age === t('now') ? age : t('{0} ago', age);
  return `${new Date(at).toLocaleString()} (${ago})`;
}

function toLine(text: string): string {
  return toVisibleText(text).replace(/[\n\t]/g, ' ');
}

/** One below the other, the values in one column. */
function layOut(facts: readonly Fact[]): string {
  const width = Math.max(...facts.map(([label]) => label.length)) + 2;
  return facts.map(([label, value]) => `  ${label.padEnd(width)}${value}`).join('\n');
}
