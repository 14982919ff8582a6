/** An agent's own id of a conversation as files tell it. It becomes an argument of a command: never an option, never a path. */
export function isConversationId(text: string | undefined): text is string {
  return text !== undefined && /^\w[\w-]{0,127}$/.test(text);
}
