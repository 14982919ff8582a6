/**
 * One real Claude Code, ready to be started by whoever tests something with it: in a pty of the test, or as a session of a
 * daemon. Starts nothing itself but the model server.
 */
import { randomUUID } from 'node:crypto';
import type { ClaudeHome } from './claudeHome.ts';
import { createClaudeHome } from './claudeHome.ts';
import { installAgents } from './install.ts';
import type { ModelServer } from './modelServer.ts';
import { startModelServer } from './modelServer.ts';

export interface ClaudeCodeRun {
  /** Program (absolute) and arguments. */
  readonly command: readonly [string, ...string[]];
  /** Complete; add TERM for a terminal. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Given by `--session-id`. */
  readonly conversationId: string;
  readonly modelServer: ModelServer;
  readonly home: ClaudeHome;
  /** Call it when the process was ended. Closes the model server; rejects when a process is left; removes the home. */
  stop(): Promise<void>;
}

/** `args` come after `--permission-mode manual --session-id <uuid>` and may repeat them. */
export async function prepareClaudeCode(
  options: { args?: readonly string[]; maxRetries?: number } = {},
): Promise<ClaudeCodeRun> {
  const { claudeCode } = await installAgents();
  const modelServer = await startModelServer();
  const { args = [], ...homeOptions } = options;
  const home = createClaudeHome({ baseUrl: modelServer.url, ...homeOptions });
  const conversationId = randomUUID();
  return {
    command: [claudeCode, '--permission-mode', 'manual', '--session-id', conversationId, ...args],
    env: home.env,
    cwd: home.cwd,
    conversationId,
    modelServer,
    home,
    stop: async () => {
      await modelServer.stop();
      await home.stop();
    },
  };
}
