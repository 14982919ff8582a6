/** `waggle files`, `files turns`, `files show`: what an agent changed. */
import type { ChangedFile, FileMoment } from '../../protocol/file/file.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { agoText, exitCodes } from '../output/output.ts';
import { findMeant, shellWord } from '../session/session.ts';

const marks = { added: 'A', changed: 'M', removed: 'D' } as const;

export async function listChanged(
  context: CommandContext,
  { reference, turn }: { readonly reference: string; readonly turn: number | undefined },
): Promise<number> {
  const { link, session } = await findMeant(context, reference);
  const of = turn === undefined ? {} : ({ from: before(turn), to: after(turn) } as const);
  const told = await link.call('file/listChanged', { sessionId: session.id, ...of });
  const { output } = context;
  output.result(told, () =>
    told.files.length === 0
      ? ['Nothing changed.']
      : told.files.map((file) => `${marks[file.change]} ${shownPath(file)}${linesOf(file)}`),
  );
  if (told.isPartial) output.note('There are more.');
  output.hint(`waggle files turns ${shellWord(session.name)} lists what can be restored`);
  return exitCodes.ok;
}

export async function listTurns(context: CommandContext, reference: string): Promise<number> {
  const { link, session } = await findMeant(context, reference);
  const told = await link.call('file/listTurns', { sessionId: session.id });
  const { output } = context;
  output.result(told, () => [
    ...told.turns.map(({ turn, startedAt, endedAt, files }) => {
      const count = `${files} ${files === 1 ? 'file' : 'files'}`;
      return `turn ${turn}  ${agoText(startedAt)} ago  ${endedAt === null ? 'running' : count}`;
    }),
    ...told.restores.map(({ restoreId, turn, at, files, isUndone }) => {
      const undone = isUndone ? ', undone' : '';
      return `restored before turn ${turn}  ${agoText(at)} ago  ${files.length} files${undone}  ${restoreId}`;
    }),
    ...(told.turns.length === 0 && told.unkept === null ? ['No turn yet.'] : []),
  ]);
  if (told.unkept !== null) output.note(told.unkept);
  return exitCodes.ok;
}

export interface ShowOptions {
  readonly reference: string;
  readonly path: string;
  /** Before that turn; absent: when the session began. */
  readonly turn: number | undefined;
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** The bytes of a file as it was. */
export async function showFile(
  context: CommandContext,
  { reference, path, turn, write }: ShowOptions,
): Promise<number> {
  const { link, session } = await findMeant(context, reference);
  const at: FileMoment = turn === undefined ? 'start' : before(turn);
  const { data } = await link.call('file/read', { sessionId: session.id, path, at });
  if (data === null)
    throw new WaggleError('notFound', `There was no file ${toPlainLine(path, 200)} then.`);
  if (context.output.json) context.output.result({ path, data }, () => []);
  else await write(Buffer.from(data, 'base64'));
  return exitCodes.ok;
}

export function shownPath({ path }: Pick<ChangedFile, 'path'>): string {
  return toPlainLine(path, 400);
}

function linesOf({ added, removed }: ChangedFile): string {
  return added === null || removed === null ? '' : `  +${added} -${removed}`;
}

function before(turn: number): FileMoment {
  return { turn, side: 'before' };
}

function after(turn: number): FileMoment {
  return { turn, side: 'after' };
}
