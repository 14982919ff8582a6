/**
 * A home for one Claude Code that nobody lived in before: everything it reads and writes lies below one temporary directory,
 * and its environment holds only what is listed here. Seeded so that it asks nothing at its start and calls no host but
 * the model server.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilNoLeftovers } from './leftovers.ts';

const apiKey = 'test-key';
const passedOn = ['PATH', 'LANG', 'LC_ALL', 'TZ'];

export interface ClaudeHome {
  /** The temporary directory, links resolved. Every process that it starts carries this path in its environment. */
  readonly root: string;
  /** A trusted, empty project folder. */
  readonly cwd: string;
  /** `CLAUDE_CONFIG_DIR`. */
  readonly configDirectory: string;
  /** Complete: nothing of this process's environment is to be added, but TERM for a terminal. */
  readonly env: Readonly<Record<string, string>>;
  /** Waits until no process of this home is left, then removes it; kills what is left after 10 s and rejects. Idempotent. */
  stop(): Promise<void>;
}

/** `baseUrl` is the model server's; `maxRetries` bounds what Claude Code repeats after 401, 429 and 5xx (2). */
export function createClaudeHome(options: { baseUrl: string; maxRetries?: number }): ClaudeHome {
  const root = realpathSync(mkdtempSync(join(realpathSync(tmpdir()), 'waggle-agent-')));
  const [home, temporary, cwd] = ['home', 'tmp', 'work'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  const configDirectory = join(home, '.claude');
  for (const directory of [configDirectory, temporary, cwd])
    mkdirSync(directory, { recursive: true });
  writeSeed(configDirectory, cwd);
  const env = {
    ...Object.fromEntries(
      passedOn.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
    ),
    HOME: home,
    TMPDIR: temporary,
    SHELL: '/bin/sh',
    CLAUDE_CONFIG_DIR: configDirectory,
    ANTHROPIC_BASE_URL: options.baseUrl,
    ANTHROPIC_API_KEY: apiKey,
    CLAUDE_CODE_MAX_RETRIES: String(options.maxRetries ?? 2),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    ...(process.getuid?.() === 0 && { IS_SANDBOX: '1' }),
  };
  return {
    root,
    cwd,
    configDirectory,
    env,
    stop: async () => {
      try {
        await untilNoLeftovers(root);
      } finally {
        rmSync(root, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

/** Without these the first start shows onboarding (which calls its maker), an API key dialog and a trust dialog. */
function writeSeed(configDirectory: string, cwd: string): void {
  const seed = {
    hasCompletedOnboarding: true,
    theme: 'dark',
    customApiKeyResponses: { approved: [apiKey], rejected: [] },
    projects: { [cwd]: { hasTrustDialogAccepted: true } },
  };
  writeFileSync(join(configDirectory, '.claude.json'), JSON.stringify(seed), { mode: 0o600 });
}
