/** Which agents a command is about. */
import type { AccessAgentId, AccessContext } from '../../link/access/access.ts';
import { accessAgentIds, findLastingUrl, listAccess } from '../../link/access/access.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError } from '../output/output.ts';

export function accessContextOf({
  paths,
  env,
}: Pick<CommandContext, 'paths' | 'env'>): AccessContext {
  return { paths, env, url: findLastingUrl(paths, env) };
}

/** @throws CommandError `usage` for a word that names none. */
export function parseAgents(words: readonly string[]): AccessAgentId[] {
  return [...new Set(words)].map((word) => {
    const id = accessAgentIds.find((known) => known === word);
    if (id !== undefined) return id;
    const known = accessAgentIds.join(', ');
    throw new CommandError('usage', `"${toPlainLine(word, 64)}" is none of ${known}.`);
  });
}

/** Those that were named, else those that are on this machine. */
export function chooseHere(
  context: AccessContext,
  named: readonly AccessAgentId[],
): AccessAgentId[] {
  if (named.length > 0) return [...named];
  return listAccess(context).flatMap(({ agent, isHere }) => (isHere ? [agent] : []));
}
