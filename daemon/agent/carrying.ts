/** How a terminal is started with what was chosen in a chat: its model, and what it may do unasked. Never more than that. */

/** Null: the agent's own choice. */
export interface Carried {
  readonly model: string | null;
  readonly mode: string | null;
}

/** Options that say the same, with how many words: those of the person would count beside ours. */
const overtaken: Readonly<Record<string, Readonly<Record<string, 0 | 1>>>> = {
  claude: {
    ...{ '--permission-mode': 1, '--model': 1 },
    ...{ '--dangerously-skip-permissions': 0, '--allow-dangerously-skip-permissions': 0 },
  },
  codex: {
    ...{ '--sandbox': 1, '-s': 1, '--ask-for-approval': 1, '-a': 1, '--model': 1, '-m': 1 },
    ...{ '--full-auto': 0, '--dangerously-bypass-approvals-and-sandbox': 0, '--yolo': 0 },
  },
  gemini: { '--approval-mode': 1, '--yolo': 0, '-y': 0, '--model': 1, '-m': 1 },
  opencode: { '--agent': 1, '--auto': 0, '--model': 1, '-m': 1 },
};

/** Arguments of a terminal after a chat. A mode that is not known here asks for everything. */
export function carry(agent: string, given: readonly string[], carried: Carried): string[] {
  const rest = withoutOvertaken(given, overtaken[agent] ?? {}, carried);
  return [...modeOptions(agent, carried.mode), ...modelOptions(carried.model), ...rest];
}

function modelOptions(model: string | null): string[] {
  return model === null ? [] : ['--model', model];
}

function modeOptions(agent: string, mode: string | null): string[] {
  switch (agent) {
    case 'claude':
      // Its own default in a terminal is wider than that of a chat.
      return ['--permission-mode', mode === null || mode === 'default' ? 'manual' : mode];
    case 'codex':
      return codexOptions(mode);
    case 'gemini':
      return ['--approval-mode', geminiModes.get(mode ?? '') ?? 'default'];
    case 'opencode':
      return mode === null ? [] : ['--agent', mode];
    default:
      return [];
  }
}

/** A terminal cannot ask for every command: what asks in a chat only reads unasked there. */
function codexOptions(mode: string | null): string[] {
  switch (mode) {
    case 'workspace':
      return ['--sandbox', 'workspace-write', '--ask-for-approval', 'on-request'];
    case 'full':
      return ['--sandbox', 'danger-full-access', '--ask-for-approval', 'never'];
    default:
      return ['--sandbox', 'read-only', '--ask-for-approval', 'on-request'];
  }
}

/** What it calls its modes in a chat, and on its command line. */
const geminiModes = new Map([
  ['autoEdit', 'auto_edit'],
  ['auto_edit', 'auto_edit'],
  ['yolo', 'yolo'],
  ['plan', 'plan'],
]);

/** Arguments beside what was chosen for a chat: what they say of the same does not count. */
export function besides(agent: string, given: readonly string[], chosen: Carried): string[] {
  const { mode, model } = chosen;
  const all = Object.entries(overtaken[agent] ?? {});
  const options = mode === null ? all.filter(([name]) => isModelOption(name)) : all;
  return withoutOvertaken(given, Object.fromEntries(options), { mode, model });
}

function withoutOvertaken(
  given: readonly string[],
  options: Readonly<Record<string, 0 | 1>>,
  { model }: Carried,
): string[] {
  const kept: string[] = [];
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at] ?? '';
    const name = word.split('=')[0] ?? '';
    const words = options[name];
    if (words === undefined || (isModelOption(name) && model === null)) kept.push(word);
    else if (words === 1 && !word.includes('=')) at += 1;
  }
  return kept;
}

function isModelOption(name: string): boolean {
  return name === '--model' || name === '-m';
}
