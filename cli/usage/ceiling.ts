/** `waggle usage ceiling`: what may be used before a session is stopped. */
import type { Ceiling } from '../../protocol/usage/usage.ts';
import type { Session } from '../../protocol/session/session.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { getMeant } from '../session/session.ts';
import { ceilingText, parseAmount } from './amount.ts';

export interface CeilingOptions {
  /** Absent: lists them. */
  readonly amount: string | undefined;
  readonly per: 'session' | 'day';
  readonly reference: string | undefined;
  /** Beginning of an id. */
  readonly remove: string | undefined;
}

export async function changeCeiling(
  context: CommandContext,
  { amount, per, reference, remove }: CeilingOptions,
): Promise<number> {
  const { output } = context;
  const wanted = amount === undefined ? undefined : parseAmount(amount);
  if (reference !== undefined && per === 'day')
    throw new CommandError('usage', 'A day is of all sessions.', 'waggle usage ceiling --help');
  const link = await context.connect();
  const { sessions } = await link.call('session/list', { history: true });
  const { ceilings } = await link.call('usage/listCeilings', {});
  if (remove !== undefined) {
    const ceiling = getCeiling(ceilings, remove);
    await link.call('usage/removeCeiling', { ceilingId: ceiling.id });
    output.result({ ceiling }, () => [`Removed: ${describe(ceiling, sessions)}`]);
    return exitCodes.ok;
  }
  if (wanted === undefined) {
    output.result({ ceilings }, () =>
      ceilings.length === 0
        ? ['There is no ceiling.']
        : ceilings.map((one) => `${one.id}  ${describe(one, sessions)}`),
    );
    return exitCodes.ok;
  }
  const sessionId = reference === undefined ? {} : { sessionId: getMeant(sessions, reference).id };
  const { ceiling } = await link.call('usage/setCeiling', { per, ...sessionId, ...wanted });
  output.result({ ceiling }, () => [`Stops at ${describe(ceiling, sessions)}`]);
  return exitCodes.ok;
}

function getCeiling(ceilings: readonly Ceiling[], typed: string): Ceiling {
  const found = ceilings.filter(({ id }) => id.startsWith(typed.toLowerCase()));
  const [only, ...others] = typed === '' ? [] : found;
  if (only === undefined)
    throw new WaggleError('notFound', 'There is no such ceiling.', { fix: 'waggle usage ceiling' });
  if (others.length > 0)
    throw new CommandError('ambiguous', 'That is the beginning of several.', 'Give more of it.');
  return only;
}

function describe(ceiling: Ceiling, sessions: readonly Session[]): string {
  const amount = ceilingText(ceiling);
  if (ceiling.per === 'day') return `${amount} a day, all sessions together`;
  const { sessionId } = ceiling;
  if (sessionId === null) return `${amount} for each session`;
  const name = sessions.find(({ id }) => id === sessionId)?.name ?? sessionId;
  return `${amount} for "${toPlainLine(name, 60)}"`;
}
