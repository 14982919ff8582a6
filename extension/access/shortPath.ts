/** Paths below the person's home as people write them. */
import { homedir } from 'node:os';
import { sep } from 'node:path';

export function shortenPath(text: string): string {
  const home = process.env['HOME'] ?? homedir();
  return home.length > 1 ? text.replaceAll(`${home}${sep}`, `~${sep}`) : text;
}
