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

/** Options that take every word up to the next option: what one of them forbids stays forbidden. */
const listOptions = new Set([
  '--allowedTools',
  '--allowed-tools',
  '--disallowedTools',
  '--disallowed-tools',
  '--tools',
  '--add-dir',
  '--mcp-config',
  '--betas',
  '--file',
]);

/** Options without a value: a word behind one is the prompt. */
const aloneOptions = new Set([
  ...['--dangerously-skip-permissions', '--allow-dangerously-skip-permissions', '--verbose'],
  ...['--ax-screen-reader', '--bare', '--bg', '--background', '--brief', '--chrome', '--no-chrome'],
  ...['--disable-slash-commands', '--exclude-dynamic-system-prompt-sections', '--ide', '--tmux'],
  ...['--forward-subagent-text', '--include-hook-events', '--include-partial-messages'],
  ...['--no-session-persistence', '--replay-user-messages', '--restricted', '--safe-mode'],
  '--strict-mcp-config',
  ...['--dangerously-bypass-approvals-and-sandbox', '--full-auto', '--oss', '--search'],
  ...['--no-alt-screen', '--no-daemon', '--yolo', '-y', '--screen-reader'],
]);

/** Options that bring a prompt, and whether it is their value. */
const promptOptions: Readonly<Record<string, ReadonlyMap<string, Naming>>> = {
  claude: new Map<string, Naming>([
    ['-p', 'alone'],
    ['--print', 'alone'],
  ]),
  gemini: new Map<string, Naming>([
    ['-p', 'value'],
    ['--prompt', 'value'],
    ['-i', 'value'],
    ['--prompt-interactive', 'value'],
  ]),
  opencode: new Map<string, Naming>([['--prompt', 'value']]),
};

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
  opencode: new Map<string, Naming>([
    ['--session', 'value'],
    ['-s', 'value'],
    ['--continue', 'alone'],
    ['-c', 'alone'],
    ['--fork', 'alone'],
  ]),
};

/**
 * What is left of a person's arguments when a conversation goes on: no other conversation, and no prompt, which was
 * answered long ago. A subcommand with its options is left out whole.
 */
export function toResumedArguments(agent: string, given: readonly string[]): string[] {
  const [first] = given;
  if (first !== undefined && /^[a-z][\w-]*$/.test(first)) return [];
  const naming = new Map([...(conversationOptions[agent] ?? []), ...(promptOptions[agent] ?? [])]);
  const kept: string[] = [];
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at] ?? '';
    if (word === '--') break;
    const name = naming.get(word.split('=')[0] ?? '');
    if (name !== undefined) {
      if (takesNext(name, word, given[at + 1])) at += 1;
    } else if (word.startsWith('-') || isValue(kept.at(-1), given.slice(0, at), word))
      kept.push(word);
  }
  return kept;
}

function takesNext(naming: Naming, word: string, next: string | undefined): boolean {
  if (naming === 'alone' || word.includes('=') || next === undefined) return false;
  return naming === 'value' || (!next.startsWith('-') && !/\s/.test(next));
}

/** Whether a word that is no option belongs to an option before it. */
function isValue(last: string | undefined, given: readonly string[], word: string): boolean {
  const option = given.findLast((one) => one.startsWith('-')) ?? '';
  if (listOptions.has(option)) return true;
  const before = given.at(-1);
  if (before !== last || before?.startsWith('-') !== true || before.includes('=')) return false;
  if (aloneOptions.has(before)) return false;
  return textOptions.has(before) || !/\s/.test(word);
}
