/** `waggle mute`: hear nothing of a session, or of anything, for a while or until it is taken back. */
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { findMeant } from '../session/session.ts';
import { parseDuration } from './duration.ts';

export interface MuteOptions {
  /** Absent: everything. */
  readonly reference: string | undefined;
  readonly duration: string | undefined;
  readonly off: boolean;
}

export async function mute(context: CommandContext, options: MuteOptions): Promise<number> {
  const { reference, duration, off } = options;
  if (off && duration !== undefined)
    throw new CommandError('usage', 'For a while, or off?', 'waggle mute --help');
  const forMs = duration === undefined ? undefined : parseDuration(duration);
  const meant = reference === undefined ? undefined : await findMeant(context, reference);
  const link = meant?.link ?? (await context.connect());
  const until = forMs === undefined ? null : new Date(Date.now() + forMs);
  const { mutes } = await link.call('attention/mute', {
    sessionId: meant?.session.id ?? null,
    muted: !off,
    until: until?.toISOString() ?? null,
  });
  const what = meant === undefined ? 'Everything' : `"${toPlainLine(meant.session.name)}"`;
  context.output.result({ mutes }, () => [
    off ? `${what} may call again.` : `${what} is muted ${describeEnd(until)}.`,
  ]);
  return exitCodes.ok;
}

function describeEnd(until: Date | null): string {
  if (until === null) return 'until "waggle mute --off"';
  const isToday = until.toDateString() === new Date().toDateString();
  const [hours, minutes] = [until.getHours(), until.getMinutes()].map((part) =>
    String(part).padStart(2, '0'),
  );
  const day = isToday ? '' : `${until.toDateString()}, `;
  return `until ${day}${hours}:${minutes}`;
}
