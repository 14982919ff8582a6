/** `waggle why`: who says that a session is in its state, and what else was said. Shows and decides nothing. */
import type { Authority, Signal, Why } from '../../protocol/attention/why.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { agoText, exitCodes, layOutTable } from '../output/output.ts';
import type { Cell, Output } from '../output/output.ts';
import { findMeant } from '../session/session.ts';

/** Each authority as a person knows it. */
const speakers: Record<Authority, string> = {
  events: 'the agent’s own events',
  status: 'the program’s status report',
  hook: 'a hook of the agent',
  title: 'the terminal’s title',
  notification: 'a terminal notification',
  process: 'the process itself',
};

const reasons = {
  lowerAuthority: 'somebody who knows better spoke',
  seen: 'you have seen it',
} as const;

export async function explainSession(context: CommandContext, reference: string): Promise<number> {
  const { output } = context;
  const { link, session } = await findMeant(context, reference);
  const why = await link.call('attention/why', { sessionId: session.id });
  output.result(why, () => describeWhy(why, { name: session.name, output, nowMs: Date.now() }));
  return exitCodes.ok;
}

interface Shown {
  readonly name: string;
  readonly output: Pick<Output, 'columns' | 'paint'>;
  readonly nowMs: number;
}

/** The lines that a person reads. */
export function describeWhy(why: Why, { name, output, nowMs }: Shown): string[] {
  const { state, sentence, since } = why.attention;
  const age = (instant: string): string => `${agoText(instant, nowMs)} ago`;
  const head = `"${toPlainLine(name, 80)}" is ${state}: ${toPlainLine(sentence)}, for ${agoText(since, nowMs)}`;
  const lines = [head, ''];
  if (why.chosen === null)
    lines.push('Nobody says what it does. Silence does not mean that it is idle.');
  else lines.push(...describeChosen(why.chosen, age));
  if (why.outranked.length > 0) {
    const rows = why.outranked.map(({ signal, reason }): Cell[] => [
      { text: speakers[signal.authority] },
      { text: signal.state === 'unknown' ? 'nothing' : toPlainLine(signal.sentence) },
      { text: toPlainLine(signal.rule, 128) },
      { text: age(signal.at) },
      { text: reasons[reason], style: 'dim' },
    ]);
    const titles = ['Also said by', 'What', 'Rule', 'When', 'Not followed because'];
    lines.push('', ...table(titles, rows, output));
  }
  if (why.ignored.length > 0) {
    const rows = why.ignored.map(({ authority, reason, evidence, at }): Cell[] => [
      { text: speakers[authority] },
      { text: toPlainLine(reason) },
      { text: age(at) },
      { text: toPlainLine(evidence, 512), style: 'dim' },
    ]);
    lines.push('', ...table(['Ignored', 'Because', 'When', 'Received'], rows, output));
  }
  return lines;
}

function describeChosen(chosen: Signal, age: (instant: string) => string): string[] {
  const { authority, rule, evidence, at, generation, seq } = chosen;
  const place = seq === null ? '' : `, byte ${seq} of the output`;
  return [
    `Said by   ${speakers[authority]}`,
    `Rule      ${toPlainLine(rule, 128)}`,
    `Received  ${toPlainLine(evidence, 512)}`,
    `When      ${age(at)}, start ${generation} of the session${place}`,
  ];
}

const columnMin = 8;
const columnMax = 60;

function table(
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
  { columns, paint }: Shown['output'],
): string[] {
  const shown = titles.map((title) => ({ title, min: columnMin, max: columnMax }));
  return layOutTable({ columns: shown, rows, width: columns, paint });
}
