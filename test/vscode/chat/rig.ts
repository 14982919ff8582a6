/** A window on the real product with the real Claude Code, for what is said of chats in it. One for all of them. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../../link/daemon/daemon.ts';
import type { SessionId } from '../../../protocol/wire/brand.ts';
import type { ClaudeCodeRun } from '../../agents/support/claudeCode.ts';
import { prepareClaudeCode } from '../../agents/support/claudeCode.ts';
import { installAgents } from '../../agents/support/install.ts';
import { writeTranscript } from '../../support/chatTranscript.ts';
import { composer } from '../support/chatPage.ts';
import { acceptInput, fillInput, readPicks, runCommand } from '../support/commandPalette.ts';
import { connectProduct } from '../support/daemonClient.ts';
import type { EditorWindow } from '../support/editorWindow.ts';
import { openEditorWindow } from '../support/editorWindow.ts';
import type { Product } from '../support/product.ts';
import { startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';
import { openRow, unfoldRow } from '../support/views.ts';

export interface ChatRig {
  readonly run: ClaudeCodeRun;
  readonly product: Product;
  readonly window: EditorWindow;
  /** From the first time on that the product was asked for something. */
  readonly connect: () => Promise<DaemonLink>;
  readonly inFolder: (name: string) => boolean;
  /** Takes the theme that the window began with. */
  readonly darken: () => Promise<void>;
  /** A chat with the agent of the run, opened by its row. */
  readonly createChat: (name: string) => Promise<SessionId>;
  readonly importChat: (
    name: string,
    steps: Parameters<typeof writeTranscript>[1]['steps'],
  ) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The product with the real Claude Code on the path of its shells, trusted in its folder. */
export async function startWithClaude(
  run: ClaudeCodeRun,
): Promise<{ readonly product: Product; readonly agentPath: string }> {
  const { HOME: _home, PATH: path, ...agentEnv } = run.env;
  const bin = join(run.home.root, 'bin');
  mkdirSync(bin);
  symlinkSync(run.command[0], join(bin, 'claude'));
  const agentPath = `${bin}:${path ?? ''}`;
  const product = await startProduct({
    settings: { 'waggle.agents.openAs': 'chat' },
    env: { ...agentEnv, SHELL: '/bin/bash', PATH: agentPath },
  });
  writeFileSync(join(product.userHome, '.profile'), `PATH='${bin}':$PATH\n`);
  trustFolder(run.home.configDirectory, product.folder);
  return { product, agentPath };
}

/** Claude Code asks before it works in a folder that it does not know. */
function trustFolder(configDirectory: string, folder: string): void {
  const path = join(configDirectory, '.claude.json');
  const seed: { projects: Record<string, object> } = JSON.parse(readFileSync(path, 'utf8'));
  seed.projects[folder] = { hasTrustDialogAccepted: true };
  writeFileSync(path, JSON.stringify(seed));
}

export async function startChatRig(): Promise<ChatRig> {
  await installAgents();
  const run = await prepareClaudeCode();
  const { product, agentPath } = await startWithClaude(run);
  const window = await openEditorWindow({ server: product.server, folder: product.folder });
  let link: Promise<DaemonLink> | undefined;
  const connect = (): Promise<DaemonLink> => (link ??= connectProduct(product));
  return {
    ...{ run, product, window, connect },
    inFolder: (name) => existsSync(join(product.folder, name)),
    darken: () => takeTheme(window, 'Dark Modern', 'vs-dark'),
    async createChat(name) {
      const environment = { ...run.env, HOME: product.userHome, PATH: agentPath };
      const asked = { agent: 'claude', cwd: product.folder, name, environment };
      const { session } = await (await connect()).call('chat/create', asked);
      await openChat(window, name);
      return session.id;
    },
    async importChat(name, steps) {
      const path = join(product.userHome, `${name}.jsonl`);
      writeTranscript(path, { cwd: product.folder, steps });
      const asked = { path, as: 'chat', agent: 'claude' } as const;
      const told = await connect();
      const { session } = await told.call('conversation/import', asked, { timeoutMs: 120_000 });
      await told.call('session/rename', { sessionId: session.id, name });
      await unfoldRow(window, 'Sessions', 'History');
      await openChat(window, name);
    },
    async stop() {
      (await link)?.dispose();
      await window.close();
      await product.stop();
      await run.stop();
    },
  };
}

/** Opened by its row, which a person's name keeps. */
export async function openChat(window: EditorWindow, name: string): Promise<void> {
  await openRow(window, 'Sessions', name);
  await composer(window).waitFor({ timeout: 60_000 });
}

async function takeTheme(window: EditorWindow, label: string, kind: string): Promise<void> {
  await runCommand(window, 'Preferences: Color Theme');
  await fillInput(window, label);
  await until('it is found', async () => (await readPicks(window))[0]?.label === label);
  await acceptInput(window);
  await window.page.locator(`.monaco-workbench.${kind}`).first().waitFor();
}

/** What was to be pressed is gone already, or not there yet. */
export function isGone(error: unknown): void {
  if (!(error instanceof Error && error.name === 'TimeoutError')) throw error;
}
