/** Chats with programs that stand for agents, where the real ones cannot be steered. */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import { ChatReader } from '../support/chatReader.ts';
import { installFakeClaude } from '../support/fakeClaude.ts';
import { installFakeRpc } from '../support/fakeRpc.ts';
import type { SessionHome } from './sessionHome.ts';

/** The environment in which all of those programs are found. */
export function fakeEnvironment(home: SessionHome): Record<string, string> {
  return { ...installFakeRpc(home), ...installFakeClaude(home) };
}

/** A chat with one of them, Claude Code's when nothing else is said, and who reads it. */
export async function openFakeChat(
  home: SessionHome,
  link: DaemonLink,
  over: Partial<MethodParams<'chat/create'>> = {},
): Promise<ChatReader> {
  const { environment, ...rest } = over;
  const { session } = await link.call('chat/create', {
    ...{ agent: 'claude', cwd: home.folder },
    ...rest,
    environment: { ...fakeEnvironment(home), ...environment },
  });
  return ChatReader.open(link, session.id);
}
