import { basename, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { KeptConversation } from '../../protocol/conversation/conversation.ts';
import type { Session } from '../../protocol/session/session.ts';
import { errorCodeOf, WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { agoText, exitCodes, layOutTable } from '../output/output.ts';
import type { Column } from '../output/output.ts';
import { environmentOf, shortIds, showOpened } from '../session/session.ts';
import { terminalSize } from '../terminal/terminal.ts';

export interface AdoptOptions {
  readonly reference: string | undefined;
  readonly agent: string | undefined;
  readonly cwd: string | undefined;
  readonly wait: boolean;
  readonly detach: boolean;
  readonly limit: number;
}

const lookAgainMs = 500;

/** `waggle adopt`: goes on with a conversation here once its process has ended; without one, lists them. */
export async function adoptConversation(
  context: CommandContext,
  options: AdoptOptions,
): Promise<number> {
  const link = await context.connect();
  const { reference } = options;
  if (reference === undefined) return listConversations(context, link, options);
  const session = await whenFree(context, options.wait, () =>
    continueConversation(context, link, { ...options, reference }),
  );
  return showOpened(context, { link, session, detach: options.detach });
}

async function continueConversation(
  context: CommandContext,
  link: DaemonLink,
  { reference, agent, cwd }: AdoptOptions & { readonly reference: string },
): Promise<Session> {
  const { session } = await link.call('conversation/continue', {
    conversationId: reference,
    ...(agent === undefined ? {} : { agent }),
    ...(cwd === undefined ? {} : { cwd: resolve(cwd) }),
    environment: environmentOf(context.env, []),
    size: terminalSize(),
  });
  return session;
}

/** A process that is in the conversation is waited for, when asked to; it is never ended from here. */
async function whenFree(
  { output }: CommandContext,
  wait: boolean,
  start: () => Promise<Session>,
): Promise<Session> {
  let isSaid = false;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      const pid = pidInTheWay(error);
      if (!wait || pid === undefined) throw error;
      if (!isSaid) output.note(`Waiting for the end of process ${pid} … (Ctrl-C gives up)`);
      isSaid = true;
      await delay(lookAgainMs);
    }
  }
}

function pidInTheWay(error: unknown): number | undefined {
  if (!(error instanceof WaggleError) || errorCodeOf(error) !== 'conflict') return undefined;
  const pid = error.details?.['pid'];
  return typeof pid === 'number' ? pid : undefined;
}

const columns: readonly Column[] = [
  { title: 'ID', min: 8, max: 36 },
  { title: 'AGENT', min: 6, max: 8 },
  { title: 'FOLDER', min: 8, max: 20 },
  { title: 'AGE', min: 6, max: 6 },
  { title: 'NOW', min: 7, max: 12 },
  { title: 'FIRST PROMPT', min: 0, max: 200 },
];

async function listConversations(
  context: CommandContext,
  link: DaemonLink,
  { agent, limit }: AdoptOptions,
): Promise<number> {
  const { output } = context;
  const found = await link.call('conversation/list', {
    ...(agent === undefined ? {} : { agent }),
    limit: Math.min(Math.max(limit, 1), 1000),
    environment: environmentOf(context.env, []),
  });
  const { conversations, total, unreadable, searched } = found;
  const ids = shortIds(conversations);
  const places = searched.map((path) => toPlainLine(path, 200)).join(' and ');
  output.result(found, () =>
    conversations.length === 0
      ? [`No conversations of Claude Code or Codex (looked in ${places}).`]
      : layOutTable({
          columns,
          rows: conversations.map((one) => cellsOf(one, ids.get(one.id) ?? one.id)),
          width: output.columns,
          paint: output.paint,
        }),
  );
  if (unreadable > 0) output.note(`${unreadable} files could not be read.`);
  const more = total > conversations.length ? ` · ${total} in all: --limit ${total}` : '';
  if (conversations.length > 0) output.hint(`\nwaggle adopt <id> goes on with one${more}`);
  return exitCodes.ok;
}

function cellsOf(one: KeptConversation, id: string) {
  const where = one.directory === null ? '?' : basename(one.directory);
  return [
    { text: id },
    { text: toPlainLine(one.agent) },
    { text: `${toPlainLine(where)}${one.directoryExists ? '' : ' (gone)'}` },
    { text: agoText(one.changedAt) },
    { text: one.running === null ? '' : `in ${one.running.pid}` },
    { text: toPlainLine(one.firstPrompt) },
  ];
}
