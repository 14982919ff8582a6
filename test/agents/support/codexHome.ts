/**
 * A home for one Codex that nobody lived in before, seeded so that it asks nothing at its start. Without a model server its
 * model is a port of loopback where nobody listens: what it is asked is written down all the same, and nothing leaves the
 * machine.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { untilNoLeftovers } from './leftovers.ts';

export interface CodexHome {
  /** `CODEX_HOME`. */
  readonly configDirectory: string;
  /** A trusted, empty project folder. */
  readonly cwd: string;
  /** Complete. Node stands first in PATH, because Codex begins as a script. */
  readonly env: Readonly<Record<string, string>>;
  /** Waits until no process of this home is left, then removes it; kills what is left after 10 s and rejects. */
  stop(): Promise<void>;
}

/** `baseUrl` is the model server's. */
export function createCodexHome({ baseUrl = nobody }: { baseUrl?: string } = {}): CodexHome {
  const root = realpathSync(mkdtempSync(join(realpathSync(tmpdir()), 'waggle-agent-')));
  const [home, temporary, cwd] = ['home', 'tmp', 'work'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  const configDirectory = join(home, '.codex');
  for (const directory of [configDirectory, temporary, cwd])
    mkdirSync(directory, { recursive: true });
  writeFileSync(join(configDirectory, 'config.toml'), seedFor(cwd, baseUrl), { mode: 0o600 });
  return {
    configDirectory,
    cwd,
    env: {
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      HOME: home,
      TMPDIR: temporary,
      SHELL: '/bin/sh',
      CODEX_HOME: configDirectory,
      NOBODY_KEY: 'test-key',
    },
    stop: async () => {
      try {
        await untilNoLeftovers(root);
      } finally {
        rmSync(root, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

/** Port 9 is that of "discard", which nobody runs. */
const nobody = 'http://127.0.0.1:9';

function seedFor(cwd: string, baseUrl: string): string {
  return `model = "gpt-5.5"
model_provider = "nobody"
check_for_update_on_startup = false
[analytics]
enabled = false
[feedback]
enabled = false
[notice.model_migrations]
"gpt-5.5" = "gpt-6-sol"
[projects."${cwd}"]
trust_level = "trusted"
[features]
daemon_auto_start = false
[model_providers.nobody]
name = "nobody"
base_url = "${baseUrl}/v1"
env_key = "NOBODY_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
`;
}
