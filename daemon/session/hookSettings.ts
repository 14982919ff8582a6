/** What makes each agent report to us for one run, as pure text: command-line options, files and variables. */
import { posix } from 'node:path';
import { claudePermissions, toGeminiServers } from './toolSettings.ts';

/** Of Claude Code; what else it reports says nothing about its state, or comes with every tool that it runs. */
const claudeEvents = [
  'UserPromptSubmit',
  'PermissionRequest',
  'PostToolUse',
  'PostToolUseFailure',
  'Notification',
  'Stop',
  'StopFailure',
  'SessionEnd',
] as const;
const geminiEvents = [
  'BeforeAgent',
  'BeforeTool',
  'AfterTool',
  'Notification',
  'AfterAgent',
  'SessionEnd',
] as const;
const hookSeconds = 5;

/**
 * A settings file of Claude Code: it runs our command, and does not wait for it. A hook that posts by HTTP would be shown
 * to the person as failed whenever no daemon runs.
 */
export function toClaudeSettings(shim: string, hasTools = false): string {
  const command = `${quote(shim)} hook claude`;
  const hook = { type: 'command', command, async: true, timeout: hookSeconds };
  const hooks = Object.fromEntries(claudeEvents.map((event) => [event, [{ hooks: [hook] }]]));
  return JSON.stringify({ hooks, ...(hasTools ? { permissions: claudePermissions } : {}) });
}

/** A settings file of Gemini CLI: it runs our command, which reads the event on its standard input. */
export function toGeminiSettings(shim: string, url?: string): string {
  const command = `${quote(shim)} hook gemini`;
  const hook = { name: 'waggle', type: 'command', command, timeout: hookSeconds * 1000 };
  const hooks = Object.fromEntries(geminiEvents.map((event) => [event, [{ hooks: [hook] }]]));
  return JSON.stringify({
    hooks,
    ...(url === undefined ? {} : { mcpServers: toGeminiServers(url) }),
  });
}

/** The same without hooks, for what speaks in events. */
export function toGeminiTools(url: string): string {
  return JSON.stringify({ mcpServers: toGeminiServers(url) });
}

function quote(path: string): string {
  return `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

/** Options for Codex: the program that it tells when a turn is over. Strings of TOML are those of JSON here. */
export function toCodexOptions(shim: string): string[] {
  return ['-c', `notify=${JSON.stringify([shim, 'hook', 'codex'])}`];
}

/** Whether the person gave Claude Code settings of their own: it reads one file only. */
export function hasOwnSettings(given: readonly string[]): boolean {
  return given.some((one) => one === '--settings' || one.startsWith('--settings='));
}

/** Whether the person tells Codex a program of their own, on its command line or in a configuration. */
export function hasOwnNotify(given: readonly string[], configurations: readonly string[]): boolean {
  const isGiven = given.some((one, index) => {
    const before = given[index - 1];
    const value =
      before === '-c' || before === '--config' ? one : one.replace(/^(?:--config=|-c)/, '');
    return /^\s*(?:profiles\.[^=]+\.)?notify\s*=/.test(value);
  });
  const line = /^\s*(?:[\w."-]+\.)?["']?notify["']?\s*=/m;
  return isGiven || configurations.some((text) => line.test(text));
}

/** Where the machine's own settings of Gemini CLI lie: ours would take their place. */
export function geminiSystemSettings(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return '/Library/Application Support/GeminiCli/settings.json';
  if (platform === 'win32') return String.raw`C:\ProgramData\gemini-cli\settings.json`;
  return posix.join('/etc', 'gemini-cli', 'settings.json');
}

/** The port that an opencode was started with. */
export function findServedPort(argv: readonly string[]): number | undefined {
  const at = argv.indexOf('--port');
  const port = Number(at === -1 ? Number.NaN : argv[at + 1]);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}
