import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes, toFailure } from '../output/output.ts';
import { environmentOf, shellWord } from '../session/session.ts';

export interface ImportOptions {
  /** Absent: every conversation that is not in a session yet, as a chat. */
  readonly reference: string | undefined;
  readonly agent: string | undefined;
  readonly isChat: boolean;
}

/** `waggle import`: a file that is there, else the id of a conversation. */
export async function importConversation(
  context: CommandContext,
  { reference, agent, isChat }: ImportOptions,
): Promise<number> {
  const link = await context.connect();
  if (reference === undefined) return importAll(context, link, agent);
  const path = resolve(reference);
  const isFile = /[/\\.]/.test(reference) || existsSync(path);
  const result = await link.call('conversation/import', {
    ...(isFile ? { path } : { conversationId: reference }),
    ...(agent === undefined ? {} : { agent }),
    ...(isChat ? ({ as: 'chat' } as const) : {}),
    environment: environmentOf(context.env, []),
  });
  const { session, messages, malformed } = result;
  const left = malformed === 0 ? '' : `, ${malformed} lines could not be read and are left out`;
  context.output.result(result, () => [
    `Imported "${toPlainLine(session.name)}": ${messages} messages${left}.`,
  ]);
  const how = isChat ? 'chat' : 'history';
  context.output.hint(`waggle ${how} ${shellWord(session.id.slice(0, 13))} shows it`);
  return exitCodes.ok;
}

const listed = 1000;

/** One that cannot be read does not keep the others out. */
async function importAll(
  { output, env }: CommandContext,
  link: DaemonLink,
  agent: string | undefined,
): Promise<number> {
  const asker = { environment: environmentOf(env, []), ...(agent === undefined ? {} : { agent }) };
  const { conversations } = await link.call('conversation/list', { ...asker, limit: listed });
  const fresh = conversations.filter(({ sessionId, running }) => sessionId === null && !running);
  const failed: { readonly id: string; readonly message: string }[] = [];
  for (const [at, { id, agent: whose }] of fresh.entries()) {
    if (output.isTerminal) output.note(`${at + 1} of ${fresh.length}`);
    try {
      const wanted = { ...asker, agent: whose, conversationId: id, as: 'chat' } as const;
      await link.call('conversation/import', wanted, { timeoutMs: 0 });
    } catch (error) {
      failed.push({ id, message: toFailure(error).message });
    }
  }
  const imported = fresh.length - failed.length;
  output.result({ imported, failed }, () => [
    `Imported ${imported} ${imported === 1 ? 'conversation' : 'conversations'}.`,
    ...failed.map(({ id, message }) => `${toPlainLine(id, 64)}: ${toPlainLine(message, 300)}`),
  ]);
  output.hint('waggle search <words> finds what was said');
  return failed.length === 0 ? exitCodes.ok : exitCodes.failure;
}
