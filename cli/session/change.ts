/** Commands that change a session and end at once: send, kill, rename, tag, delete. */
import type { Session } from '../../protocol/session/session.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { environmentOf } from './environment.ts';
import { getMeant } from './find.ts';
import { shellWord } from './list.ts';

export interface Meant {
  readonly link: DaemonLink;
  readonly session: Session;
}

/** Connects and finds the session that `reference` means. */
export async function findMeant(context: CommandContext, reference: string): Promise<Meant> {
  const link = await context.connect();
  const { sessions } = await link.call('session/list', { history: true });
  return { link, session: getMeant(sessions, reference) };
}

function nameOf(session: Session): string {
  return `"${toPlainLine(session.name)}"`;
}

export interface SendOptions {
  readonly words: readonly string[];
  readonly enter: boolean;
  readonly take: boolean;
}

/** `waggle send`: the words joined by spaces, then Enter when asked for. */
export async function sendText(
  context: CommandContext,
  { link, session }: Meant,
  options: SendOptions,
): Promise<number> {
  const text = options.words.join(' ') + (options.enter ? '\r' : '');
  if (text === '')
    throw new CommandError('usage', 'There is nothing to send.', 'waggle send --help');
  const answer = await link.call('session/send', {
    sessionId: session.id,
    text,
    take: options.take,
  });
  context.output.result({ sessionId: session.id, ...answer }, () => []);
  return exitCodes.ok;
}

/** Ends every process of the session; answers when all are gone. */
export async function killSession(context: CommandContext, reference: string): Promise<number> {
  const { link, session } = await findMeant(context, reference);
  const result = await link.call('session/kill', { sessionId: session.id });
  const count = `${result.killed} ${result.killed === 1 ? 'process' : 'processes'}`;
  context.output.result(result, () => [`Killed ${nameOf(session)}: ${count} ended.`]);
  return exitCodes.ok;
}

/** Gives a name; without one the session is named automatically again. */
export async function renameSession(
  context: CommandContext,
  { reference, name }: { readonly reference: string; readonly name: string | undefined },
): Promise<number> {
  const { link, session } = await findMeant(context, reference);
  const result = await link.call('session/rename', { sessionId: session.id, name: name ?? null });
  context.output.result(result, () => [`${nameOf(session)} is now ${nameOf(result.session)}.`]);
  return exitCodes.ok;
}

/** Replaces the tags. */
export async function tagSession(
  context: CommandContext,
  { reference, tags }: { readonly reference: string; readonly tags: readonly string[] },
): Promise<number> {
  const { link, session } = await findMeant(context, reference);
  const result = await link.call('session/tag', { sessionId: session.id, tags: [...tags] });
  const shown = result.session.tags.map((tag) => toPlainLine(tag)).join(', ');
  context.output.result(result, () => [
    shown === '' ? `${nameOf(session)} has no tags.` : `${nameOf(session)}: ${shown}`,
  ]);
  return exitCodes.ok;
}

/** Starts the same command again as a new generation, with the environment of this terminal. */
export async function restartSession(context: CommandContext, reference: string): Promise<number> {
  const { link, session } = await findMeant(context, reference);
  const environment = environmentOf(context.env, []);
  const result = await link.call('session/restart', { sessionId: session.id, environment });
  context.output.result(result, () => [`Restarted ${nameOf(session)}.`]);
  context.output.hint(`waggle attach ${shellWord(session.name)} opens it`);
  return exitCodes.ok;
}

/** Removes an ended session and everything kept of it. */
export async function deleteSession(context: CommandContext, reference: string): Promise<number> {
  const { link, session } = await findMeant(context, reference);
  await link.call('session/delete', { sessionId: session.id });
  context.output.result({ sessionId: session.id }, () => [`Deleted ${nameOf(session)}.`]);
  return exitCodes.ok;
}
