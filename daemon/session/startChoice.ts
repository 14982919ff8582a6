import type { TaskId } from '../../protocol/wire/brand.ts';
import type { ChatLaunch } from '../agent/agent.ts';
import { showFirst } from './oldScreen.ts';
import type { SessionRow } from './row.ts';

/** What a start does otherwise than by the row alone. */
export interface StartChoice {
  /** Where the process starts, when not in the session's own folder. */
  readonly cwd?: string;
  /** A file that is shown before the program says anything, and removed. */
  readonly oldScreen?: string | undefined;
  /** A conversation of before that a new session goes on with. */
  readonly conversationId?: string;
  readonly origin?: SessionRow['origin'];
  /** A chat: its agent speaks in events. */
  readonly chat?: ChatLaunch;
  /** The task whose run it is. */
  readonly taskId?: TaskId | undefined;
  /** It goes on with its conversation, or is not started. */
  readonly mustResume?: boolean;
}

/** What the row keeps of it. */
export function chosenOf({ chat, taskId }: StartChoice): Pick<SessionRow, 'chat' | 'taskId'> {
  return { ...(chat === undefined ? {} : { chat }), ...(taskId === undefined ? {} : { taskId }) };
}

export function withChoice<R extends { readonly argv: string[]; readonly cwd: string }>(
  request: R,
  { cwd = request.cwd, oldScreen }: StartChoice,
): R {
  return { ...request, cwd, argv: showFirst(oldScreen, request.argv) };
}
