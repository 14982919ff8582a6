/**
 * A line as a person types it, cut into a program and its arguments: quotes and backslashes as in a shell, nothing else
 * of one. Undefined when a quote is not closed or nothing is there.
 */
export function parseCommandLine(line: string): [string, ...string[]] | undefined {
  const words: string[] = [];
  const word = /\s*((?:[^\s"'\\]|\\[^]|"(?:[^"\\]|\\[^])*"|'[^']*')+)/y;
  let end = 0;
  for (let match = word.exec(line); match !== null; match = word.exec(line)) {
    words.push(unquote(match[1] ?? ''));
    end = word.lastIndex;
  }
  const [program, ...rest] = words;
  if (program === undefined || line.slice(end).trim() !== '') return undefined;
  return [program, ...rest];
}

function unquote(word: string): string {
  return word.replace(/"(?:[^"\\]|\\[^])*"|'[^']*'|\\[^]/g, (part) => {
    if (part.startsWith("'")) return part.slice(1, -1);
    if (part.startsWith('\\')) return part.slice(1);
    return part.slice(1, -1).replace(/\\(["\\$`])/g, '$1');
  });
}

/** As one line that a person can read and type again: `parseCommandLine` reads the same list from it. */
export function joinCommand(command: readonly string[]): string {
  return command.map(quote).join(' ');
}

function quote(word: string): string {
  if (/^[\w@%+=:,./~^-]+$/.test(word)) return word;
  return `"${word.replaceAll(/["\\$`]/g, (sign) => `\\${sign}`)}"`;
}
