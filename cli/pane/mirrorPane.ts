import { basename } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes, layOutTable } from '../output/output.ts';
import type { Column } from '../output/output.ts';
import { environmentOf, showOpened } from '../session/session.ts';
import { terminalSize } from '../terminal/terminal.ts';

interface MirrorOptions {
  readonly reference: string | undefined;
  readonly resize: boolean;
  readonly detach: boolean;
}

const columns: readonly Column[] = [
  { title: 'PANE', min: 4, max: 6 },
  { title: 'PLACE', min: 8, max: 24 },
  { title: 'COMMAND', min: 6, max: 16 },
  { title: 'SIZE', min: 5, max: 9 },
  { title: 'FOLDER', min: 6, max: 20 },
  { title: 'TITLE', min: 0, max: 200 },
];

/** `waggle adopt --tmux`: a session that shows a pane; without one, the panes. */
export async function mirrorPane(
  context: CommandContext,
  { reference, resize, detach }: MirrorOptions,
): Promise<number> {
  const link = await context.connect();
  if (reference === undefined) return listPanes(context, link);
  const { session } = await link.call('pane/mirror', {
    pane: reference,
    resize,
    environment: environmentOf(context.env, []),
    size: terminalSize(),
  });
  return showOpened(context, { link, session, detach });
}

async function listPanes({ output, env }: CommandContext, link: DaemonLink): Promise<number> {
  const found = await link.call('pane/list', { environment: environmentOf(env, []) });
  const { panes, tmux } = found;
  const none = tmux === null ? 'tmux was not found on PATH.' : 'No tmux server runs here.';
  output.result(found, () =>
    panes.length === 0
      ? [none]
      : layOutTable({
          columns,
          rows: panes.map((pane) => [
            { text: toPlainLine(pane.id) },
            { text: toPlainLine(pane.place) },
            { text: toPlainLine(pane.command) },
            { text: `${pane.size.cols}x${pane.size.rows}` },
            { text: toPlainLine(basename(pane.directory)) },
            { text: toPlainLine(pane.title) },
          ]),
          width: output.columns,
          paint: output.paint,
        }),
  );
  if (panes.length > 0) output.hint('\nwaggle adopt --tmux <pane> shows it here; it stays in tmux');
  return exitCodes.ok;
}
