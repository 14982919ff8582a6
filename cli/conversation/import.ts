import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';
import { environmentOf, shellWord } from '../session/session.ts';

/** `waggle import`: a file that is there, else the id of a conversation. */
export async function importConversation(
  context: CommandContext,
  { reference, agent }: { readonly reference: string; readonly agent: string | undefined },
): Promise<number> {
  const link = await context.connect();
  const path = resolve(reference);
  const isFile = /[/\\.]/.test(reference) || existsSync(path);
  const result = await link.call('conversation/import', {
    ...(isFile ? { path } : { conversationId: reference }),
    ...(agent === undefined ? {} : { agent }),
    environment: environmentOf(context.env, []),
  });
  const { session, messages, malformed } = result;
  const left = malformed === 0 ? '' : `, ${malformed} lines could not be read and are left out`;
  context.output.result(result, () => [
    `Imported "${toPlainLine(session.name)}": ${messages} messages${left}.`,
  ]);
  context.output.hint(`waggle history ${shellWord(session.id.slice(0, 13))} shows it`);
  return exitCodes.ok;
}
