/** Options whose next argument is text of any kind: a blank in it does not make it a prompt. */
const textOptions = new Set([
  '--system-prompt',
  '--append-system-prompt',
  '--allowedTools',
  '--allowed-tools',
  '--disallowedTools',
  '--disallowed-tools',
  '--tools',
  '--agents',
  '--settings',
  '--mcp-config',
  '--add-dir',
  '--name',
  '-c',
  '--config',
  '-C',
  '--cd',
]);

/** Options that name a conversation, and how: with a value, with a value that may be left out, or alone. */
type Naming = 'value' | 'maybe' | 'alone';

export const conversationOptions: Readonly<Record<string, ReadonlyMap<string, Naming>>> = {
  claude: new Map<string, Naming>([
    ['--session-id', 'value'],
    ['--resume', 'maybe'],
    ['-r', 'maybe'],
    ['--continue', 'alone'],
    ['-c', 'alone'],
    ['--from-pr', 'maybe'],
    ['--fork-session', 'alone'],
  ]),
  gemini: new Map<string, Naming>([
    ['--session-id', 'value'],
    ['--resume', 'maybe'],
    ['-r', 'maybe'],
  ]),
  codex: new Map<string, Naming>(),
};

/**
 * What is left of a person's arguments when a conversation goes on: no other conversation, and no prompt, which was
 * answered long ago. A subcommand with its options is left out whole.
 */
export function toResumedArguments(agent: string, given: readonly string[]): string[] {
  const [first] = given;
  if (first !== undefined && /^[a-z][\w-]*$/.test(first)) return [];
  const naming = conversationOptions[agent] ?? new Map<string, Naming>();
  const kept: string[] = [];
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at] ?? '';
    if (word === '--') break;
    const name = naming.get(word.split('=')[0] ?? '');
    if (name !== undefined) {
      if (takesNext(name, word, given[at + 1])) at += 1;
    } else if (word.startsWith('-') || isValue(given[at - 1], word)) kept.push(word);
  }
  return kept;
}

function takesNext(naming: Naming, word: string, next: string | undefined): boolean {
  if (naming === 'alone' || word.includes('=') || next === undefined) return false;
  return naming === 'value' || (!next.startsWith('-') && !/\s/.test(next));
}

/** Whether a word that is no option belongs to the option before it. */
function isValue(before: string | undefined, word: string): boolean {
  if (before?.startsWith('-') !== true || before.includes('=')) return false;
  return textOptions.has(before) || !/\s/.test(word);
}
