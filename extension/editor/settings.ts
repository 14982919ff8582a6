import * as vscode from 'vscode';

/** Settings as they are read, each with its default. */
export interface Settings {
  /** Data directory; empty: the platform's. */
  readonly home: string;
  /** Absolute paths by agent id. */
  readonly executables: Readonly<Record<string, string>>;
  /** `lastUsed`: each agent as it was opened last, the first time as a terminal. */
  readonly openAs: 'lastUsed' | 'terminal' | 'chat';
  readonly location: 'editor' | 'panel';
  /** `smart`: a shell that is idle ends with its tab, everything else runs on. */
  readonly onTabClose: 'smart' | 'keep' | 'end';
  /** Say once that a session runs on although its tab was closed. */
  readonly noteOnClose: boolean;
  /** New shells mark their prompts and commands. */
  readonly shellIntegration: boolean;
  /** `agents`: what was interrupted and is an agent goes on without being asked. */
  readonly resumeAfterRestart: 'ask' | 'agents' | 'never';
  /** Of the output of new sessions; undefined: as the daemon keeps it by default. */
  readonly keep: 'none' | 'tail' | 'full' | undefined;
  /** The editor locks a group that begins with a terminal. */
  readonly locksTerminalGroups: boolean;
  /** Icons stand still. */
  readonly reduceMotion: boolean;
}

/** Read anew each time: a setting may change at any moment. */
export function readSettings(): Settings {
  const own = vscode.workspace.getConfiguration();
  return {
    home: own.get<string>('waggle.home', '').trim(),
    executables: readExecutables(own.get<unknown>('waggle.agents.executables')),
    openAs: oneOf(['lastUsed', 'terminal', 'chat'], own.get('waggle.agents.openAs')),
    location: own.get<string>('waggle.terminals.location') === 'panel' ? 'panel' : 'editor',
    onTabClose: oneOf(['smart', 'keep', 'end'], own.get('waggle.terminals.onTabClose')),
    shellIntegration: own.get<boolean>('waggle.terminals.shellIntegration', true),
    noteOnClose: own.get<boolean>('waggle.terminals.noteOnClose', true),
    resumeAfterRestart: oneOf(
      ['ask', 'agents', 'never'],
      own.get('waggle.sessions.resumeAfterRestart'),
    ),
    keep: keepOf(own.get<string>('waggle.sessions.keep')),
    locksTerminalGroups:
      own.get<Record<string, boolean>>('workbench.editor.autoLockGroups')?.['terminalEditor'] ??
      true,
    reduceMotion: own.get<string>('workbench.reduceMotion') === 'on',
  };
}

function keepOf(value: string | undefined): Settings['keep'] {
  return value === 'none' || value === 'tail' || value === 'full' ? value : undefined;
}

/** The first one stands for what is not in the list. */
function oneOf<const T extends string>(list: readonly [T, ...T[]], value: unknown): T {
  return list.find((one) => one === value) ?? list[0];
}

export async function silenceCloseNote(): Promise<void> {
  await vscode.workspace
    .getConfiguration()
    .update('waggle.terminals.noteOnClose', false, vscode.ConfigurationTarget.Global);
}

/** Remembers which program to start for an agent that was not found. */
export async function chooseExecutable(agent: string, path: string): Promise<void> {
  const executables = { ...readSettings().executables, [agent]: path };
  await vscode.workspace
    .getConfiguration()
    .update('waggle.agents.executables', executables, vscode.ConfigurationTarget.Global);
}

function readExecutables(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  );
  return Object.fromEntries(entries);
}
