/** `waggle notices`: what the person was told, or spared, and has not read here yet. */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Notice, Silence } from '../../protocol/attention/notice.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { agoText, exitCodes, layOutTable } from '../output/output.ts';
import type { Cell, Column, Output } from '../output/output.ts';

/** Terminals of one person read together. */
const reader = 'cli';
const pageNotices = 500;

const columns: readonly Column[] = [
  { title: 'AGE', min: 6, max: 6 },
  { title: 'SESSION', min: 10, max: 24 },
  { title: 'KIND', min: 10, max: 10 },
  { title: 'CALLED', min: 11, max: 11 },
  { title: 'WHAT', min: 0, max: 200 },
];

const silenceWords: Readonly<Record<Silence, string>> = {
  visible: 'in view',
  muted: 'muted',
  quietHours: 'quiet hours',
  coolDown: 'too soon',
  shortTurn: 'short turn',
  off: 'off',
  nobody: 'nobody here',
};

export async function listNotices(
  context: CommandContext,
  { all }: { readonly all: boolean },
): Promise<number> {
  const { output } = context;
  const link = await context.connect();
  const { notices, cursor } = await readAll(link, all);
  output.result({ notices, cursor }, () => (notices.length === 0 ? [] : tableOf(notices, output)));
  if (notices.length === 0)
    output.hint(all ? 'No notices.' : 'Nothing new. waggle notices --all shows what is kept');
  await link.call('attention/readNotices', { reader, cursor });
  return exitCodes.ok;
}

async function readAll(
  link: DaemonLink,
  all: boolean,
): Promise<{ notices: Notice[]; cursor: number }> {
  const notices: Notice[] = [];
  let from = all ? { since: 0 } : {};
  for (;;) {
    const page = await link.call('attention/listNotices', { reader, ...from, limit: pageNotices });
    notices.push(...page.notices);
    if (page.notices.length < pageNotices) return { notices, cursor: page.cursor };
    from = { since: page.cursor };
  }
}

export function tableOf(
  notices: readonly Notice[],
  output: Pick<Output, 'columns' | 'paint'>,
): string[] {
  return layOutTable({
    columns,
    rows: notices.map(rowOf),
    width: output.columns,
    paint: output.paint,
  });
}

function rowOf({ at, title, kind, silence, text, settledAt }: Notice): Cell[] {
  const called = silence === undefined ? 'yes' : silenceWords[silence];
  const isWaiting = settledAt === undefined;
  return [
    { text: agoText(at) },
    { text: toPlainLine(title) },
    { text: kind, ...(isWaiting ? { style: 'orange' } : { style: 'dim' }) },
    { text: called, style: 'dim' },
    { text: toPlainLine(text) },
  ];
}
