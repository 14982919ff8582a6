/** What an agent is told it may do when nobody is there, in its own words. Whatever it asks beyond that is not its to decide. */

/** As `protocol/task/work.ts` says. */
export type AwayMode = 'readOnly' | 'editInWorktree' | 'ask';

const modes: Readonly<Record<string, Readonly<Record<AwayMode, string>>>> = {
  claude: { readOnly: 'default', editInWorktree: 'acceptEdits', ask: 'default' },
  codex: { readOnly: 'readOnly', editInWorktree: 'workspace', ask: 'ask' },
  gemini: { readOnly: 'default', editInWorktree: 'autoEdit', ask: 'default' },
  opencode: { readOnly: 'plan', editInWorktree: 'build', ask: 'build' },
};

/** Undefined: this agent has no such mode. */
export function findAwayMode(agent: string, away: AwayMode): string | undefined {
  return modes[agent]?.[away];
}
