/**
 * Conversations that agents keep themselves, wherever they were begun: listed, continued in a session, read as history.
 * Reads the agents' files and never writes them; ends nobody's process.
 */
import type { Feature } from '../feature.ts';
import type { ConversationSessions } from '../session/session.ts';
import type { ChatImports } from './conversation.handlers.ts';
import { createHandlers } from './conversation.handlers.ts';

export type ConversationFeature = Feature<'conversation'>;

export function createConversationFeature(
  sessions: ConversationSessions,
  chats: ChatImports,
): ConversationFeature {
  return {
    noun: 'conversation',
    handlers: createHandlers(sessions, chats),
    dispose: () => undefined,
  };
}
