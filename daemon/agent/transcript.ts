import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Whether Claude Code kept something of a conversation that can be resumed: it writes its file with the first turn only.
 * Looks at names, never into files.
 */
export function hasClaudeTranscript(
  environment: Readonly<Record<string, string | undefined>>,
  conversationId: string,
): boolean {
  const config =
    environment['CLAUDE_CONFIG_DIR'] ?? join(environment['HOME'] ?? homedir(), '.claude');
  const projects = join(config, 'projects');
  if (!existsSync(projects)) return false;
  return readdirSync(projects).some((project) =>
    existsSync(join(projects, project, `${conversationId}.jsonl`)),
  );
}
