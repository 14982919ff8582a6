/** Changes and verdicts as lines for a terminal. */
import type { AgentAccess, Change, Verdict } from '../../link/access/access.ts';
import { diffLines } from '../../link/access/access.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';
import type { Output, Style } from '../output/output.ts';

const diffStyles: Record<string, Style> = { '-': 'red', '+': 'green', ' ': 'dim' };

/** The file's name, then the lines that differ. */
export function describeChange(change: Change, { paint }: Pick<Output, 'paint'>): string[] {
  const { label, file, before, after } = change;
  const how = before === undefined ? ' (new)' : after === undefined ? ' (removed)' : '';
  const lines = diffLines(before ?? '', after ?? '').map(({ sign, text }) =>
    paint(`  ${sign} ${toVisibleText(text).slice(0, 500)}`, diffStyles[sign] ?? 'dim'),
  );
  return [`${label}: ${toPlainLine(file, 500)}${how}`, ...lines];
}

export function describeVerdict(
  label: string,
  verdict: Verdict,
  { paint }: Pick<Output, 'paint'>,
): string[] {
  const name = label.padEnd(12);
  if (verdict.ok) {
    const { tools, called, tookMs } = verdict;
    const how = called === undefined ? 'none only reads, none was called' : `"${called}" answered`;
    return [`${paint('ok   ', 'green')}${name} ${tools} tools, ${how} in ${tookMs} ms`];
  }
  const line = `${paint('FAIL ', 'red')}${name} ${verdict.reason}`;
  return verdict.fix === undefined ? [line] : [line, `     To fix: ${verdict.fix}`];
}

const states: Record<AgentAccess['state'], string> = {
  absent: 'no entry',
  given: 'entry in place',
  outdated: 'an older entry of ours; "waggle tools install" renews it',
  foreign: 'an entry named "waggle" that Waggle did not write',
  refused: 'its file is left alone',
};

export function describeState({ label, state, file, problem }: AgentAccess): string[] {
  const text = problem === undefined ? states[state] : problem.message;
  const line = `     ${label.padEnd(12)} ${toPlainLine(text, 500)}`;
  const fix = problem?.fix;
  return fix === undefined
    ? [`${line} (${toPlainLine(file, 300)})`]
    : [line, `     To fix: ${toPlainLine(fix, 500)}`];
}
