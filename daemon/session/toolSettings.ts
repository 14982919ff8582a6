/** What makes each agent know our tools for one run, as pure text. The secret is never in it: each takes it from its environment. */

/** How the server is called in every agent. */
const serverName = 'waggle';
/** Holds the bearer in each session's environment. */
const tokenVariable = 'WAGGLE_HOOK_TOKEN';
/** Longer than any tool takes. */
const callSeconds = 600;

/** A configuration of Claude Code, for `--mcp-config`. */
export function toClaudeServers(url: string): string {
  const headers = { Authorization: `Bearer \${${tokenVariable}}` };
  return JSON.stringify({ mcpServers: { [serverName]: { type: 'http', url, headers } } });
}

/** Our tools are allowed by the setting that offers them: asking for each call would ask twice. */
export const claudePermissions = { allow: [`mcp__${serverName}`] };

/** Options for Codex. Strings of TOML are those of JSON here. */
export function toCodexServer(url: string): string[] {
  const values = {
    url,
    bearer_token_env_var: tokenVariable,
    default_tools_approval_mode: 'approve',
    tool_timeout_sec: callSeconds,
  };
  return Object.entries(values).flatMap(([key, value]) => [
    '-c',
    `mcp_servers.${serverName}.${key}=${JSON.stringify(value)}`,
  ]);
}

/** A configuration of opencode, which it merges with the person's. */
export function toOpencodeServers(url: string): string {
  const headers = { Authorization: `Bearer {env:${tokenVariable}}` };
  return JSON.stringify({
    $schema: 'https://opencode.ai/config.json',
    mcp: { [serverName]: { type: 'remote', url, oauth: false, enabled: true, headers } },
  });
}

/** For the settings of Gemini CLI. */
export function toGeminiServers(url: string): object {
  const headers = { Authorization: `Bearer $${tokenVariable}` };
  return { [serverName]: { httpUrl: url, headers, trust: true, timeout: callSeconds * 1000 } };
}

/** Whether the person chose on the command line that only what they name is used. */
export function isStrict(given: readonly string[]): boolean {
  return given.includes('--strict-mcp-config');
}

/** Whether a configuration of Codex names a server like ours already: two halves would make none. */
export function hasOwnServer(given: readonly string[], configurations: readonly string[]): boolean {
  const name = `["']?${serverName}["']?`;
  const option = new RegExp(`mcp_servers\\.${name}\\b`);
  const table = new RegExp(
    `^\\s*\\[\\s*mcp_servers\\.${name}[\\s.\\]]|^\\s*mcp_servers\\.${name}\\b`,
    'm',
  );
  return given.some((one) => option.test(one)) || configurations.some((text) => table.test(text));
}
