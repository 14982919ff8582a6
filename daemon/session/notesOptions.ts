/** How notes get into the prompt of each agent for one run, as pure text: command-line options, files and variables. */
import type { Reach } from '../../protocol/memory/memory.ts';
import type { Environment } from './environment.ts';

/** The kernel takes 128 KiB in one argument; Windows takes 32,767 characters in all. */
const argumentMaxBytes = 100_000;
const windowsMaxBytes = 16_000;

/** Options by which a person gives Claude Code a system prompt of their own: it takes one appendix only. */
const claudePrompts = [
  '--system-prompt',
  '--system-prompt-file',
  '--append-system-prompt',
  '--append-system-prompt-file',
  '--bare',
];

export function hasOwnPrompt(given: readonly string[]): boolean {
  return given.some((one) => claudePrompts.includes(one.split('=')[0] ?? ''));
}

/** Options for Codex. Strings of TOML are those of JSON here, once nothing in them is a control character. */
export function toCodexNotes(text: string): string[] | undefined {
  const value = `developer_instructions=${JSON.stringify(text).replaceAll('\u007f', '')}`;
  const most = process.platform === 'win32' ? windowsMaxBytes : argumentMaxBytes;
  return Buffer.byteLength(value) > most ? undefined : ['-c', value];
}

/** Whether a person gave Codex such instructions, on its command line or in a configuration: ours would take their place. */
export function hasOwnInstructions(
  given: readonly string[],
  configurations: readonly string[],
): boolean {
  const name = /^\s*(?:[\w."-]+\.)?["']?developer_instructions["']?\s*=/m;
  const isGiven = given.some((one) => name.test(one.replace(/^(?:--config=|-c)/, '')));
  return isGiven || configurations.some((text) => name.test(text));
}

const opencodeVariable = 'OPENCODE_CONFIG_CONTENT';

/** A file of instructions more for opencode, beside what its configuration names; undefined when that cannot be read. */
export function toOpencodeNotes(file: string, environment: Environment): Environment | undefined {
  const config = parseObject(environment[opencodeVariable] ?? '{}');
  if (config === undefined) return undefined;
  const named: unknown = config['instructions'];
  const instructions = Array.isArray(named) ? [...named, file] : [file];
  return { [opencodeVariable]: JSON.stringify({ ...config, instructions }) };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value }
      : undefined;
  } catch (error) {
    return unreadable(error);
  }
}

/** A configuration that is no JSON is the person's own: it stays as it is. */
function unreadable(_error: unknown): undefined {
  return undefined;
}

export const reachOfAgents: readonly Reach[] = [
  {
    agent: 'claude',
    label: 'Claude Code',
    way: 'prompt',
    detail:
      'In its system prompt, by --append-system-prompt-file. Not when you give it a system prompt of your own, nor in a private session; a conversation that goes on keeps the notes it began with.',
  },
  {
    agent: 'codex',
    label: 'Codex',
    way: 'prompt',
    detail:
      'As developer instructions of its command line, which others who may list the processes of this machine can read. Not when your configuration has some, or when the notes are longer than 100 kB.',
  },
  {
    agent: 'opencode',
    label: 'opencode',
    way: 'file',
    detail:
      'As one more file of instructions, named by OPENCODE_CONFIG_CONTENT. Not in a private session.',
  },
  {
    agent: 'gemini',
    label: 'Gemini CLI',
    way: 'tool',
    detail: 'Only when it asks for them with a tool: it takes no further instructions for one run.',
  },
  {
    agent: 'other',
    label: 'Other agents',
    way: 'tool',
    detail:
      'Only when they ask for them with a tool, or by the marked section in AGENTS.md: waggle memory write-section',
  },
];
