/** The table of sessions: who needs a person first. */
import { basename } from 'node:path';
import { compareAttention } from '../../protocol/session/attentionState.ts';
import type { AttentionState } from '../../protocol/session/attentionState.ts';
import type { Session } from '../../protocol/session/session.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { agoText, exitCodes, layOutTable } from '../output/output.ts';
import type { Cell, Column, Output, Style } from '../output/output.ts';
import { shortIds } from './find.ts';

const columns: readonly Column[] = [
  { title: 'NAME', min: 12, max: 28 },
  { title: 'STATE', min: 11, max: 11 },
  { title: 'AGENT', min: 6, max: 10 },
  { title: 'FOLDER', min: 8, max: 24 },
  { title: 'AGE', min: 6, max: 6 },
  { title: 'ID', min: 8, max: 36 },
  { title: 'WHAT', min: 0, max: 200 },
];

const styles: Partial<Record<AttentionState, Style>> = {
  asking: 'orange',
  failed: 'red',
  finished: 'green',
  working: 'blue',
};

/** `waggle list`: what lives, and with `all` what ended too. */
export async function listSessions(
  context: CommandContext,
  { all }: { readonly all: boolean },
): Promise<number> {
  const { output } = context;
  const link = await context.connect();
  const [{ sessions }, { warnings, portNote }] = await Promise.all([
    link.call('session/list', { history: all }),
    link.call('daemon/status', {}),
  ]);
  const shown = sessions
    .filter(({ hidden }) => all || !hidden)
    .sort((left, right) => compareAttention(left.attention, right.attention));
  output.result({ sessions: shown }, () => (shown.length === 0 ? [] : tableOf(shown, output)));
  // Where it listens matters to whom it does not answer; `waggle daemon status` says it.
  for (const text of warnings) if (text !== portNote) output.note(toPlainLine(text, 300));
  output.hint(hintFor(shown, all));
  return exitCodes.ok;
}

export function tableOf(
  sessions: readonly Session[],
  output: Pick<Output, 'columns' | 'paint'>,
): string[] {
  const ids = shortIds(sessions);
  return layOutTable({
    columns,
    rows: sessions.map((session) => rowOf(session, ids.get(session.id) ?? session.id)),
    width: output.columns,
    paint: output.paint,
  });
}

function rowOf(session: Session, id: string): Cell[] {
  const { attention } = session;
  const style = styles[attention.state];
  const sentence = toPlainLine(attention.sentence);
  return [
    { text: toPlainLine(session.name) },
    { text: attention.state, style: style ?? 'dim' },
    { text: toPlainLine(session.agent) },
    { text: toPlainLine(basename(session.cwd) || session.cwd) },
    { text: agoText(attention.since) },
    { text: id, style: 'dim' },
    { text: sentence === attention.state ? '' : sentence },
  ];
}

/** The one next step for what is listed. */
function hintFor(sessions: readonly Session[], all: boolean): string {
  const [first] = sessions;
  if (first === undefined) {
    const history = all ? '' : ' · waggle list --all shows what ended';
    return `No sessions. Start one: waggle new, or waggle new --agent claude${history}`;
  }
  const name = shellWord(first.name);
  const asking = sessions.filter(({ attention }) => attention.state === 'asking').length;
  if (asking > 0)
    return `\n${asking} ${asking === 1 ? 'needs' : 'need'} you: waggle attach ${name}`;
  return `\nwaggle attach ${name} opens it`;
}

/** A name as one word of a shell, so that the hint can be copied. */
export function shellWord(text: string): string {
  const plain = toPlainLine(text);
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`;
}
