/** `waggle attach` and `waggle new`: a session in this terminal. */
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import { compareAttention } from '../../protocol/session/attentionState.ts';
import type { HostRoute, Session } from '../../protocol/session/session.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import {
  describeDetachKey,
  parseDetachKey,
  prepareTerminal,
  showSession,
  terminalSize,
} from '../terminal/terminal.ts';
import type { Ending, RawModePreparation, Stroke } from '../terminal/terminal.ts';
import { getRole } from '../role/role.ts';
import { environmentOf } from './environment.ts';
import { getMeant, isLive } from './find.ts';
import { parseKeep } from './keep.ts';
import { keepDaemon } from './keepDaemon.ts';
import { shellWord, tableOf } from './list.ts';

/** The version of the protocol that brought the choice. */
const keepingSince = 2;

export interface NewOptions {
  readonly command: readonly string[];
  readonly agent: string | undefined;
  /** Name or id of who works; undefined: the default role. */
  readonly role: string | undefined;
  readonly name: string | undefined;
  readonly cwd: string | undefined;
  readonly tags: readonly string[];
  /** `KEY=value` each, on top of this terminal's environment. */
  readonly env: readonly string[];
  /** Nothing of it is written to disk. */
  readonly private: boolean;
  /** `none`, `tail` or `full`; undefined as by default. */
  readonly keep: string | undefined;
  readonly detach: boolean;
  readonly detachKey: string;
}

/** Opens a session with the environment of this terminal; shows it, unless it is to run on its own. */
export async function openSession(context: CommandContext, options: NewOptions): Promise<number> {
  const detachKey = parseDetachKey(options.detachKey);
  const environment = environmentOf(context.env, options.env);
  const kept = keptOf(options);
  const isShown = !options.detach && !context.output.json;
  const preparation = isShown ? prepareTerminal() : undefined;
  try {
    const link = await context.connect();
    if (kept !== undefined) refuseOlder(link);
    const role = options.role === undefined ? undefined : await getRole(link, options.role);
    const { session, route } = await link.call('session/open', {
      ...programOf(options, role?.agent ?? undefined),
      ...(role === undefined ? {} : { roleId: role.id }),
      ...(isShown ? { attach: 'host' } : {}),
      ...kept,
      ...(options.name === undefined ? {} : { name: options.name }),
      cwd: resolve(options.cwd ?? '.'),
      tags: [...options.tags],
      environment,
      size: terminalSize(),
    });
    const opened = { link, session, route, detach: !isShown, detachKey, preparation };
    return await show(context, opened);
  } finally {
    preparation?.dispose();
  }
}

interface Opened {
  readonly link: DaemonLink;
  readonly session: Session;
  readonly detach: boolean;
  /** An older daemon tells none. */
  readonly route?: HostRoute | undefined;
  readonly preparation?: RawModePreparation | undefined;
}

/** Shows a session that was opened a moment ago, with the usual keys to leave it; says its name when it is not to be shown. */
export function showOpened(context: CommandContext, opened: Opened): Promise<number> {
  const isSeen = context.output.isTerminal && process.stdin.isTTY;
  const detachKey = parseDetachKey(context.env['WAGGLE_DETACH_KEY'] ?? 'ctrl-],d');
  return show(context, { ...opened, detach: opened.detach || !isSeen, detachKey });
}

async function show(
  context: CommandContext,
  { detach, ...opened }: Opened & { readonly detachKey: readonly Stroke[] },
): Promise<number> {
  const { session } = opened;
  if (!detach && !context.output.json) return attachTo(context, { ...opened, observe: false });
  context.output.result({ session }, () => [
    `Started "${toPlainLine(session.name)}" (${session.id}).`,
  ]);
  context.output.hint(`waggle attach ${shellWord(session.name)} opens it`);
  return exitCodes.ok;
}

function keptOf(
  options: NewOptions,
): Pick<MethodParams<'session/open'>, 'keep' | 'private'> | undefined {
  const keep = parseKeep({ output: options.keep, days: undefined, size: undefined });
  if (options.private && keep !== undefined)
    throw new CommandError('usage', 'Nothing is kept of a private session.', 'Leave out --keep.');
  if (options.private) return { private: true };
  return keep === undefined ? undefined : { keep };
}

/** An older daemon would not read the wish, and keep everything. */
function refuseOlder({ info }: DaemonLink): void {
  if (info.protocol >= keepingSince) return;
  throw new WaggleError('versionMismatch', 'The daemon is too old to keep less than everything.', {
    fix: 'waggle daemon restart',
  });
}

function programOf({ agent: chosen, command }: NewOptions, preferred: string | undefined) {
  const [first] = command;
  const agent = chosen ?? (first === undefined ? preferred : undefined);
  if (agent !== undefined) return { agent, arguments: [...command] };
  return first === undefined ? { agent: 'shell' } : { agent: 'command', command: [...command] };
}

export interface AttachOptions {
  readonly reference: string | undefined;
  readonly observe: boolean;
  readonly detachKey: string;
}

export async function attachSession(
  context: CommandContext,
  { reference, observe, detachKey }: AttachOptions,
): Promise<number> {
  const strokes = parseDetachKey(detachKey);
  if (context.output.json) {
    throw new CommandError(
      'usage',
      'attach shows a session and has no JSON form.',
      'waggle list --json',
    );
  }
  const preparation = reference === undefined ? undefined : prepareTerminal();
  try {
    const link = await context.connect();
    const { sessions } = await link.call('session/list', { history: reference !== undefined });
    const session =
      reference === undefined ? await pick(context, sessions) : getMeant(sessions, reference);
    if (session === undefined) return exitCodes.ok;
    const attachment = { link, session, observe, detachKey: strokes, preparation };
    return await attachTo(context, attachment);
  } finally {
    preparation?.dispose();
  }
}

/** The session a person chooses from a list; the only one without asking; undefined when none was chosen. */
async function pick(
  context: CommandContext,
  sessions: readonly Session[],
): Promise<Session | undefined> {
  const { output } = context;
  const choices = sessions
    .filter((session) => isLive(session) && !session.hidden)
    .sort((left, right) => compareAttention(left.attention, right.attention));
  const [only, second] = choices;
  if (only === undefined) {
    throw new CommandError('usage', 'No session runs.', 'Start one: waggle new');
  }
  if (second === undefined) return only;
  if (!process.stdin.isTTY || !output.isTerminal) {
    throw new CommandError('usage', 'Which session?', 'waggle attach <session>; waggle list');
  }
  const [header = '', ...rows] = tableOf(choices, {
    columns: output.columns - 4,
    paint: output.paint,
  });
  const lines = rows.map((row, index) => `${String(index + 1).padStart(2)}  ${row}`);
  process.stdout.write(`    ${header}\n${lines.join('\n')}\n`);
  const question = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = (
      await question.question(`\nWhich one? [1-${choices.length}, or its name] `)
    ).trim();
    if (answer === '') return undefined;
    return choices[Number(answer) - 1] ?? getMeant(choices, answer);
  } finally {
    question.close();
  }
}

interface Attachment {
  readonly link: DaemonLink;
  readonly session: Session;
  readonly observe: boolean;
  readonly detachKey: readonly Stroke[];
  readonly route?: HostRoute | undefined;
  readonly preparation?: RawModePreparation | undefined;
}

async function attachTo(context: CommandContext, attachment: Attachment): Promise<number> {
  const { link, session, observe, detachKey } = attachment;
  const right = observe ? 'observe' : 'write';
  const route =
    attachment.route ??
    (await link.call('session/attach', { sessionId: session.id, right, via: 'host' }));
  if (route.via !== 'host') throw new CommandError('usage', 'The daemon is on another machine.');
  const stream = await openSessionStream({
    transport: createHostTransport({
      socket: route.socket,
      key: route.key,
      ticket: route.ticket,
      clientId: context.clientId,
      kind: 'cli',
      pid: route.pid,
      startTime: route.startTime,
    }),
    right,
    ...(observe ? {} : { size: terminalSize() }),
    pace: 'interactive',
    acknowledge: 'manual',
  });
  if (context.output.isTerminal && detachKey.length > 0) {
    const exactness = stream.approximate ? ' · older output is gone, the screen may differ' : '';
    context.output.hint(`[${describeDetachKey(detachKey)} leaves it running${exactness}]`);
  }
  const keeper = keepDaemon(context, link);
  try {
    const ending = await showSession({ ...attachment, stream, output: context.output });
    return tellEnding(context, { ending, session });
  } finally {
    keeper.dispose();
    stream.dispose();
  }
}

interface Told {
  readonly ending: Ending;
  readonly session: Session;
}

/** Says how it ended and returns the exit code for it. */
function tellEnding({ output }: CommandContext, { ending, session }: Told): number {
  const name = toPlainLine(session.name);
  switch (ending.ending) {
    case 'exited': {
      const { code, signal, background } = ending.exit;
      const how = signal ? `ended by signal ${signal}` : `exited ${code ?? 0}`;
      const rest = background > 0 ? ` · ${background} background processes still run` : '';
      if (output.isTerminal) say(output, `"${name}" ${how}${rest}`);
      return signal ? 128 + signal : (code ?? 0);
    }
    case 'detached':
      if (output.isTerminal)
        say(output, `"${name}" keeps running · waggle attach ${shellWord(name)}`);
      return exitCodes.ok;
    case 'signalled':
      return 128 + ending.signal;
    case 'failed':
      throw ending.error;
  }
}

/** On a line of its own; what a program left below the cursor is cleared. */
function say(output: CommandContext['output'], text: string): void {
  process.stdout.write(`\n\u001b[J${output.paint(`[${text}]`, 'dim')}\n`);
}
