/** `waggle switch`: a conversation goes on as a terminal, or as a chat. */
import type { MethodParams } from '../../protocol/protocol.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { environmentOf, getMeant, shellWord } from '../session/session.ts';

export interface SwitchOptions {
  readonly reference: string;
  /** `terminal` or `chat`; undefined: the other one. */
  readonly to: string | undefined;
  readonly afterTurn: boolean;
  readonly interrupt: boolean;
  /** Takes back what waits for the end of a turn. */
  readonly cancel: boolean;
  readonly draft: string | undefined;
}

export async function switchSession(
  context: CommandContext,
  options: SwitchOptions,
): Promise<number> {
  const { output, env } = context;
  const link = await context.connect();
  const { sessions } = await link.call('session/list', { history: true });
  const session = getMeant(sessions, options.reference);
  const { id: sessionId } = session;
  const name = toPlainLine(session.name);
  if (options.cancel) {
    const { chat } = await link.call('chat/cancelSwitch', { sessionId });
    output.result({ chat }, () => [`"${name}" stays where it is.`]);
    return exitCodes.ok;
  }
  const to = options.to ?? (session.mode === 'pipe' ? 'terminal' : 'chat');
  if (to !== 'terminal' && to !== 'chat')
    throw new CommandError(
      'usage',
      'It goes on as a terminal or as a chat.',
      'waggle switch --help',
    );
  const result = await link.call('chat/switch', {
    ...{ sessionId, to, during: duringOf(options), environment: environmentOf(env, []) },
    ...(options.draft === undefined ? {} : { draft: options.draft }),
  });
  if (result.outcome === 'returned')
    throw new WaggleError('launchFailed', result.reason ?? 'It could not go on there.', {
      fix: `It is a ${to === 'chat' ? 'terminal' : 'chat'} as before.`,
    });
  const isWaiting = result.outcome === 'waiting';
  output.result(result, () => [
    isWaiting ? `"${name}" goes on as a ${to} after this turn.` : `"${name}" is a ${to} now.`,
  ]);
  const word = shellWord(session.name);
  if (isWaiting) output.hint(`waggle switch ${word} --cancel leaves it where it is`);
  else output.hint(`waggle ${to === 'chat' ? 'chat' : 'attach'} ${word} opens it`);
  return exitCodes.ok;
}

function duringOf({
  afterTurn,
  interrupt,
}: SwitchOptions): NonNullable<MethodParams<'chat/switch'>['during']> {
  if (afterTurn && interrupt)
    throw new CommandError('usage', 'After the turn, or now: not both.', 'waggle switch --help');
  if (interrupt) return 'interrupt';
  return afterTurn ? 'afterTurn' : 'refuse';
}
