/** The commands about chats: talking in one, saying something, answering, reading what was said. */
export { answerAsked } from './answer.ts';
export { openChat } from './open.ts';
export { showRules } from './rules.ts';
export { sayInChat } from './send.ts';
export { switchSession } from './switch.ts';
export { showTranscript } from './transcript.ts';
