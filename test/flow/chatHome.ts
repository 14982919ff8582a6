/** Chats with a program that stands for Claude Code, where the real one cannot be steered. */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import { ChatReader } from '../support/chatReader.ts';
import { installFakeClaude } from '../support/fakeClaude.ts';
import type { SessionHome } from './sessionHome.ts';

/** A chat with that program, and who reads it. */
export async function openFakeChat(
  home: SessionHome,
  link: DaemonLink,
  over: Partial<MethodParams<'chat/create'>> = {},
): Promise<ChatReader> {
  const { environment, ...rest } = over;
  const { session } = await link.call('chat/create', {
    ...{ agent: 'claude', cwd: home.folder },
    ...rest,
    environment: { ...installFakeClaude(home), ...environment },
  });
  return ChatReader.open(link, session.id);
}
