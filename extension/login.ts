/** "Start at Login": the daemon comes with the person's session, so that schedules run without the editor. */
import { WaggleError } from '../protocol/wire/errors.ts';
import type { CommandHandlers } from './editor/editor.ts';

export function createLoginCommands(): CommandHandlers<'startAtLogin'> {
  return { startAtLogin: () => Promise.reject(new WaggleError('unsupportedPlatform')) };
}
