/** Text of programs where the editor itself reads signs: links in messages, icons in quick picks. Knows no editor. */

/** For a message: nothing in it becomes a link, which could run a command. */
export function toMessage(text: string): string {
  return text.replace(/\](?=\()/g, '] ');
}

/** For a label of a quick pick: `$(name)` is shown as it is and not as an icon. */
export function toPickLabel(text: string): string {
  return text.replace(/\$(?=\()/g, '\\$');
}
