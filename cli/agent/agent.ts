/** `waggle agents`: which agents there are, and those that a person named. */
import type { Agent, CustomAgent } from '../../protocol/agent/agent.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';

export interface AgentsOptions {
  /** Id of one that is named, or named anew. */
  readonly add: string | undefined;
  readonly label: string | undefined;
  /** `NAME=value` each. */
  readonly env: readonly string[];
  /** Program and arguments of that one. */
  readonly command: readonly string[];
  readonly remove: string | undefined;
}

export async function showAgents(context: CommandContext, options: AgentsOptions): Promise<number> {
  const link = await context.connect();
  const { output } = context;
  const { agents: known } = await link.call('agent/configure', {});
  if (options.remove !== undefined) {
    const left = known.filter(({ id }) => id !== options.remove);
    if (left.length === known.length)
      throw new WaggleError('notFound', `No agent ${toPlainLine(options.remove, 40)} was named.`, {
        fix: 'waggle agents',
      });
    const { agents } = await link.call('agent/configure', { agents: left });
    output.result({ agents }, () => ['It is not offered any more; its chats can still be read.']);
    return exitCodes.ok;
  }
  if (options.add !== undefined) {
    const named = toAgent(options.add, options);
    const others = known.filter(({ id }) => id !== named.id);
    await link.call('agent/configure', { agents: [...others, named] });
  }
  const { agents } = await link.call('agent/list', { refresh: true });
  const shown = agents.filter(({ id }) => id !== 'shell');
  output.result({ agents: shown }, () => shown.flatMap(linesOf));
  return exitCodes.ok;
}

function toAgent(id: string, { label, env, command: words }: AgentsOptions): CustomAgent {
  const [command, ...given] = words;
  if (command === undefined)
    throw new CommandError(
      'usage',
      'Say with which program and arguments it speaks the Agent Client Protocol.',
      `waggle agents --add ${id} -- program --acp`,
    );
  const environment = Object.fromEntries(env.map(toVariable));
  return { id, label: label ?? id, command, arguments: given, environment };
}

function toVariable(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new CommandError('usage', 'A variable is NAME=value.', 'waggle agents --help');
  return [text.slice(0, at), text.slice(at + 1)];
}

function linesOf({ id, label, found, version, path, hint, modes, signIn }: Agent): string[] {
  const ways = (modes ?? ['pty']).map((mode) => (mode === 'pipe' ? 'chat' : 'terminal'));
  const about = found ? [version ?? '', path ?? ''] : [hint ?? 'not found'];
  const line = [label, ways.join(' and '), ...about].map((part) => toPlainLine(part, 300));
  const login = found && signIn !== undefined ? [`  ${toPlainLine(signIn, 200)}`] : [];
  return [`${id.padEnd(10)} ${line.filter(Boolean).join(' · ')}`, ...login];
}
