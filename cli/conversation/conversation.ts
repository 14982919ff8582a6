/** Conversations that agents keep themselves: listed, continued in a session, imported as history. */
export { adoptConversation } from './adopt.ts';
export { importConversation } from './import.ts';
