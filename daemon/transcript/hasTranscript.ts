import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codexThreadOfFile } from './codexProcess.ts';

/**
 * Whether an agent kept something of a conversation that can be resumed: it writes its file with the first turn only.
 * Looks at names, never into files. Undefined when nobody can tell for this agent.
 */
export function hasTranscript(
  agent: string,
  directory: string,
  conversationId: string,
): boolean | undefined {
  if (agent !== 'claude' && agent !== 'codex') return undefined;
  return findTranscript(agent, directory, conversationId) !== undefined;
}

/** The file of a conversation; undefined when there is none, or nobody can tell for this agent. */
export function findTranscript(
  agent: string,
  directory: string,
  conversationId: string,
): string | undefined {
  if (agent === 'claude') return findClaudeTranscript(directory, conversationId);
  return agent === 'codex' ? findCodexTranscript(directory, conversationId) : undefined;
}

function findClaudeTranscript(directory: string, conversationId: string): string | undefined {
  // An id comes from files and requests of others: it names a file, never a path.
  if (/[/\\\0]/.test(conversationId)) return undefined;
  const projects = join(directory, 'projects');
  if (!existsSync(projects)) return undefined;
  return readdirSync(projects)
    .map((project) => join(projects, project, `${conversationId}.jsonl`))
    .find((path) => existsSync(path));
}

function findCodexTranscript(directory: string, conversationId: string): string | undefined {
  const sessions = join(directory, 'sessions');
  if (!existsSync(sessions)) return undefined;
  const name = readdirSync(sessions, { recursive: true, encoding: 'utf8' }).find(
    (path) => codexThreadOfFile(path) === conversationId,
  );
  return name === undefined ? undefined : join(sessions, name);
}
