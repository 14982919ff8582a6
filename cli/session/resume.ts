/** `waggle resume`: what was interrupted comes back, one after the other, and each says how. */
import { basename } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Session } from '../../protocol/session/session.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { agoText, CommandError, exitCodes, layOutTable, toFailure } from '../output/output.ts';
import type { Column, Failure } from '../output/output.ts';
import { terminalSize } from '../terminal/terminal.ts';
import { environmentOf } from './environment.ts';
import { getMeant } from './find.ts';
import { shellWord } from './list.ts';

export interface ResumeOptions {
  readonly references: readonly string[];
  readonly all: boolean;
  readonly agents: boolean;
}

interface Outcome {
  readonly session: Session;
  /** How it came back; undefined when it did not. */
  readonly sentence: string | undefined;
  readonly failure: Failure | undefined;
}

/** Without a session it starts nothing: it lists what was interrupted and what would become of it. */
export async function resumeSessions(
  context: CommandContext,
  options: ResumeOptions,
): Promise<number> {
  if (options.references.length > 0 && (options.all || options.agents))
    throw new CommandError('usage', 'Name sessions, or give --all or --agents.');
  const link = await context.connect();
  const { sessions: interrupted } = await link.call('session/listInterrupted', {});
  if (options.references.length === 0 && !options.all && !options.agents)
    return showInterrupted(context, interrupted);
  const meant = await listMeant(link, interrupted, options);
  const outcomes: Outcome[] = [];
  for (const [index, session] of meant.entries()) {
    if (meant.length > 1 && context.output.isTerminal)
      context.output.note(`${index + 1} of ${meant.length}: ${toPlainLine(session.name)} …`);
    outcomes.push(await resumeOne(context, link, session));
  }
  return tell(context, outcomes);
}

async function listMeant(
  link: DaemonLink,
  interrupted: readonly Session[],
  { references, agents }: ResumeOptions,
): Promise<Session[]> {
  if (references.length > 0) {
    const { sessions } = await link.call('session/list', { history: true });
    const meant = references.map((reference) => getMeant(sessions, reference));
    return [...new Map(meant.map((session) => [session.id, session])).values()];
  }
  return interrupted.filter((session) => !agents || isAgent(session));
}

function isAgent({ agent }: Session): boolean {
  return agent !== 'shell' && agent !== 'command';
}

/** One that fails does not keep the others from coming back. */
async function resumeOne(
  context: CommandContext,
  link: DaemonLink,
  session: Session,
): Promise<Outcome> {
  try {
    const { session: resumed, sentence } = await link.call('session/resume', {
      sessionId: session.id,
      environment: environmentOf(context.env, []),
      ...(context.output.isTerminal ? { size: terminalSize() } : {}),
    });
    return { session: resumed, sentence, failure: undefined };
  } catch (error) {
    return { session, sentence: undefined, failure: toFailure(error) };
  }
}

function tell({ output }: CommandContext, outcomes: readonly Outcome[]): number {
  const results = outcomes.map(({ session, sentence, failure }) => ({
    session,
    ...(sentence === undefined ? {} : { sentence }),
    ...(failure === undefined ? {} : { error: failure }),
  }));
  const failed = outcomes.filter(({ failure }) => failure !== undefined);
  output.result({ results }, () =>
    outcomes.length === 0 ? ['Nothing to resume.'] : outcomes.flatMap(linesOf),
  );
  const [first] = outcomes.filter(({ failure }) => failure === undefined);
  if (first !== undefined) output.hint(`waggle attach ${shellWord(first.session.name)} opens it`);
  return failed[0]?.failure?.exitCode ?? exitCodes.ok;
}

function linesOf({ session, sentence, failure }: Outcome): string[] {
  const name = `"${toPlainLine(session.name)}"`;
  if (failure === undefined) return [`Resumed ${name}: ${toPlainLine(sentence ?? '')}.`];
  const fix = failure.fix === undefined ? [] : [`  To fix: ${toPlainLine(failure.fix, 1000)}`];
  return [`Not resumed ${name}: ${toPlainLine(failure.message, 1000)}`, ...fix];
}

const columns: readonly Column[] = [
  { title: 'NAME', min: 12, max: 28 },
  { title: 'AGENT', min: 6, max: 10 },
  { title: 'FOLDER', min: 8, max: 24 },
  { title: 'SINCE', min: 6, max: 6 },
  { title: 'COMES BACK', min: 0, max: 200 },
];

const ways: Readonly<Record<NonNullable<Session['resumable']>, string>> = {
  conversation: 'in its conversation',
  command: 'started again',
  shell: 'a new shell in its directory',
  no: 'not at all',
};

function showInterrupted({ output }: CommandContext, sessions: readonly Session[]): number {
  output.result({ sessions }, () =>
    sessions.length === 0
      ? ['Nothing was interrupted.']
      : layOutTable({
          columns,
          rows: sessions.map((session) => [
            { text: toPlainLine(session.name) },
            { text: toPlainLine(session.agent) },
            { text: toPlainLine(basename(session.directory ?? session.cwd)) },
            { text: agoText(session.interruptedAt ?? session.updatedAt) },
            { text: ways[session.resumable ?? 'command'] },
          ]),
          width: output.columns,
          paint: output.paint,
        }),
  );
  const agents = sessions.filter(isAgent).length;
  const some = agents > 0 && agents < sessions.length ? ' · waggle resume --agents' : '';
  if (sessions.length > 0) output.hint(`\nwaggle resume --all${some} · waggle resume <session>`);
  return exitCodes.ok;
}
