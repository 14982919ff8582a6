/** Homes for one opencode and one Gemini CLI that nobody lived in before, seeded so that they ask nothing at their start. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { untilNoLeftovers } from './leftovers.ts';

export interface AgentHome {
  /** Complete. */
  readonly env: Readonly<Record<string, string>>;
  /** Waits until no process of this home is left, then removes it; kills what is left after 10 s and rejects. */
  readonly stop: () => Promise<void>;
}

function createHome(): AgentHome & { readonly home: string } {
  const root = realpathSync(mkdtempSync(join(realpathSync(tmpdir()), 'waggle-agent-')));
  const [home, temporary] = ['home', 'tmp'].map((name) => join(root, name)) as [string, string];
  for (const directory of [home, temporary]) mkdirSync(directory);
  return {
    home,
    env: {
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      HOME: home,
      TMPDIR: temporary,
      SHELL: '/bin/sh',
      XDG_CONFIG_HOME: join(home, '.config'),
      XDG_DATA_HOME: join(home, '.local', 'share'),
      XDG_CACHE_HOME: join(home, '.cache'),
      XDG_STATE_HOME: join(home, '.local', 'state'),
    },
    async stop() {
      try {
        await untilNoLeftovers(root);
      } finally {
        rmSync(root, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

/** `asks`: it runs commands and changes files only when it was allowed. */
export function createOpencodeHome(baseUrl: string, asks = false): AgentHome {
  const { home, env, stop } = createHome();
  const directory = join(home, '.config', 'opencode');
  mkdirSync(directory, { recursive: true });
  const config = {
    provider: {
      fake: {
        npm: '@ai-sdk/anthropic',
        name: 'Fake',
        options: { baseURL: `${baseUrl}/v1`, apiKey: 'test-key' },
        models: { scripted: { name: 'Scripted', tool_call: true } },
      },
    },
    model: 'fake/scripted',
    small_model: 'fake/scripted',
    enabled_providers: ['fake'],
    autoupdate: false,
    share: 'disabled',
    ...(asks ? { permission: { bash: 'ask', edit: 'ask' } } : {}),
  };
  writeFileSync(join(directory, 'opencode.json'), JSON.stringify(config));
  const off = ['AUTOUPDATE', 'MODELS_FETCH', 'DEFAULT_PLUGINS', 'LSP_DOWNLOAD'];
  const switches = Object.fromEntries(off.map((name) => [`OPENCODE_DISABLE_${name}`, '1']));
  return { env: { ...env, ...switches }, stop };
}

export function createGeminiHome(baseUrl: string): AgentHome {
  const { home, env, stop } = createHome();
  mkdirSync(join(home, '.gemini'));
  const settings = {
    security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 1 },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
  };
  writeFileSync(join(home, '.gemini', 'settings.json'), JSON.stringify(settings));
  return {
    env: {
      ...env,
      GEMINI_API_KEY: 'test-key',
      GOOGLE_GEMINI_BASE_URL: baseUrl,
      GEMINI_CLI_NO_RELAUNCH: 'true',
    },
    stop,
  };
}
