/** The commands about sessions. Each one connects, finds what is meant, does one thing and says it. */
import type { CommandContext } from '../context.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { exitCodes } from '../output/output.ts';
import { isLive } from './find.ts';

export { attachSession, openSession, showOpened } from './attach.ts';
export {
  deleteSession,
  findMeant,
  killSession,
  renameSession,
  restartSession,
  sendText,
  tagSession,
} from './change.ts';
export type { Meant } from './change.ts';
export { keepOutput } from './keep.ts';
export { showHistory } from './history.ts';
export { environmentOf } from './environment.ts';
export { getMeant, isLive, shortIds } from './find.ts';
export { listSessions, shellWord } from './list.ts';
export { resumeSessions } from './resume.ts';

/** For completion: names of what lives, one per line; nothing when no daemon runs. */
export async function listNames(context: CommandContext): Promise<number> {
  const link = await context.connectIfRunning();
  if (link === undefined) return exitCodes.ok;
  const { sessions } = await link.call('session/list', { history: false });
  const names = sessions.filter(isLive).map(({ name }) => toPlainLine(name));
  context.output.result({ names }, () => names);
  return exitCodes.ok;
}
