/** The composition root of this window: what exists, in which order, and what each part is given. No logic. */
import * as vscode from 'vscode';
import type { HomePaths } from '../link/home/home.ts';
import type { Session } from '../protocol/session/session.ts';
import type { ClientId } from '../protocol/wire/brand.ts';
import type { Disposable } from '../protocol/wire/disposable.ts';
import { DisposableStore } from '../protocol/wire/disposable.ts';
import { createAccessCommands } from './access/access.ts';
import { AgentFeature } from './agent/agent.ts';
import { createAttentionFeature, watchSeen } from './attention/attention.ts';
import type { ChatFeature, ChatsOptions } from './chat/chat.ts';
import { Tabs, createChatFeature, createChats } from './chat/chat.ts';
import { createShimCommands } from './command.ts';
import {
  DaemonConnection,
  createDaemonFeature,
  findHome,
  findProgramDirectory,
} from './daemon/daemon.ts';
import { readSettings, registerCommands } from './editor/editor.ts';
import { createFileFeature } from './file/file.ts';
import type { Log } from './log.ts';
import { createLogin } from './login.ts';
import { createMcpFeature } from './mcp/mcp.ts';
import { createMemoryFeature } from './memory/memory.ts';
import { createSearchFeature } from './search/search.ts';
import {
  SessionList,
  askForOrder,
  createSessionFeature,
  importEverything,
  offerImport,
  openNew as openNewSession,
  restartSession,
  resumeSession,
  type ImportOfferOptions,
  type OpenNewOptions,
} from './session/session.ts';
import { createStatusFeature } from './status/status.ts';
import { createTaskFeature } from './task/task.ts';
import { Terminals, createTerminalFeature } from './terminal/terminal.ts';
import { createUriHandler } from './uri.ts';
import { createUsageFeature, type UsageOptions } from './usage/usage.ts';
import { Presence, WindowFeature, newWindowId } from './window/window.ts';

export function createExtension(context: vscode.ExtensionContext): Disposable {
  const owned = new DisposableStore();
  const log = owned.add(vscode.window.createOutputChannel('Waggle', { log: true }));
  const paths = findHome(readSettings().home);
  const windowId = newWindowId();
  const { version } = context.extension.packageJSON as { version: string };
  const programDirectory = findProgramDirectory(context.extensionPath);
  log.info('activated', { version, home: paths.home, programDirectory });
  const connection = owned.add(
    new DaemonConnection({
      paths,
      clientId: windowId,
      clientVersion: version,
      programDirectory,
      log,
    }),
  );
  owned.add(createFeatures({ context, connection, paths, windowId, log }));
  connection.probe();
  return owned;
}

interface Ground {
  readonly context: vscode.ExtensionContext;
  readonly connection: DaemonConnection;
  readonly paths: HomePaths;
  readonly windowId: ClientId;
  readonly log: Log;
}

function createFeatures({ context, connection, paths, windowId, log }: Ground): Disposable {
  const owned = new DisposableStore();
  const { workspaceState, globalState, globalStorageUri, secrets } = context;
  const kept = { workspaceMemory: workspaceState, machineMemory: globalState };
  const sessions = owned.add(new SessionList());
  const daemon = owned.add(createDaemonFeature({ connection, logFile: paths.logFile, log }));
  const window = owned.add(new WindowFeature({ connection, windowId, log }));
  const storageDirectory = globalStorageUri.fsPath;
  const agents = owned.add(new AgentFeature({ connection, storageDirectory, log }));
  const { restart, resume } = createWays({ connection, sessions, window });
  const backend = { connection, sessions, clientId: windowId, restart, resume, log };
  const terminals = new Terminals(backend, workspaceState);
  const common = { connection, sessions, agents, window, log };
  const { tabs, openNew, chat } = owned.add(createViews(context, common, terminals));
  const mcp = owned.add(createMcpFeature({ connection, secrets, log }));
  const { readCost } = mcp;
  const shared = { connection, sessions, terminals: tabs, window, openNew, log, readCost };
  const onDidChangeTerminals = tabs.onDidChange;
  const session = owned.add(createSessionFeature({ ...shared, daemon, onDidChangeTerminals }));
  const presence = owned.add(new Presence({ connection, windowId, terminals: tabs, log }));
  const activeSession = () => tabs.active;
  const inWindow = { windowId, machineMemory: globalState, activeSession, presence };
  const attention = owned.add(createAttentionFeature({ ...shared, ...inWindow }));
  const forMemory = { windowMemory: workspaceState, listAgents: () => agents.list() };
  const memory = owned.add(createMemoryFeature({ ...shared, ...forMemory }));
  const task = owned.add(createTasks({ ...shared, agents, context, paths }));
  const { needs, onDidChange: onDidChangeNeeds } = attention;
  const records = owned.add(createRecords({ ...shared, ...kept }));
  owned.add(createStatusFeature({ sessions, needs, onDidChangeNeeds, usage: records.usage }));
  owned.add(watchSeen({ connection, attention, terminals: tabs, log }));
  owned.add(
    registerCommands({
      ...session.commands,
      ...daemon.commands,
      ...agents.commands,
      ...attention.commands,
      ...memory.commands,
      ...chat.commands,
      ...task.commands,
      ...records.commands,
      ...createShimCommands(connection, paths),
      ...createAccessCommands({ connection, paths, extensionId: context.extension.id }),
    }),
  );
  const followNotice = attention.followLink.bind(attention);
  owned.add(vscode.window.registerUriHandler(createUriHandler({ sessions, followNotice })));
  owned.add(createTerminalFeature({ ...backend, ...kept, terminals, openNew }));
  return owned;
}

interface Views extends Disposable {
  /** Terminals and chats as one. */
  readonly tabs: Tabs;
  readonly openNew: OpenNewOptions;
  readonly chat: ChatFeature;
}

/** What shows sessions, and how new ones are opened. */
function createViews(
  { extensionUri, workspaceState, globalState }: vscode.ExtensionContext,
  common: Omit<ChatsOptions, 'extensionUri' | 'windowMemory'>,
  terminals: Terminals,
): Views {
  const owned = new DisposableStore();
  const size = () => terminals.likelySize;
  const openNew = { ...common, memory: globalState, size };
  const made = createChats({ ...common, extensionUri, windowMemory: workspaceState });
  owned.add(made.chats);
  const tabs = owned.add(new Tabs(terminals, made.chats));
  const startChat = () => startNewChat(openNew, common.sessions);
  const chat = owned.add(createChatFeature({ ...made, terminals, startChat }));
  return { tabs, openNew, chat, dispose: () => owned.dispose() };
}

function createTasks({ context, paths, ...parts }: TaskGround) {
  const login = createLogin(paths);
  const { extensionUri, globalState: memory } = context;
  const installService = (): Promise<void> => login.start();
  const task = createTaskFeature({ ...parts, memory, extensionUri, installService });
  return { commands: { ...task.commands, ...login.commands }, dispose: () => task.dispose() };
}

interface TaskGround extends Omit<Parameters<typeof createTaskFeature>[0], TaskOwn> {
  readonly context: vscode.ExtensionContext;
  readonly paths: HomePaths;
}
type TaskOwn = 'memory' | 'extensionUri' | 'installService';

/** What sessions leave behind: what they used, the files they changed, and words to be found. */
function createRecords(options: ImportOfferOptions & UsageOptions) {
  const owned = new DisposableStore();
  const usage = owned.add(createUsageFeature(options));
  const file = owned.add(createFileFeature(options));
  const search = owned.add(createSearchFeature(options));
  owned.add(offerImport(options));
  return {
    usage,
    commands: {
      ...usage.commands,
      ...file.commands,
      ...search.commands,
      importEverything: () => importEverything(options),
    },
    dispose: () => owned.dispose(),
  };
}

/** A session goes on by its id, as terminals know it. */
function createWays(options: {
  connection: DaemonConnection;
  sessions: SessionList;
  window: WindowFeature;
}): Record<'restart' | 'resume', (id: string) => Promise<void>> {
  const { sessions } = options;
  return {
    async restart(id) {
      const session = sessions.get(id);
      if (session !== undefined) await restartSession(options, session);
    },
    async resume(id) {
      const session = sessions.get(id);
      if (session !== undefined) await resumeSession(options, session);
    },
  };
}

/** A chat with the agent that the person chooses. */
async function startNewChat(
  openNew: OpenNewOptions,
  sessions: SessionList,
): Promise<Session | undefined> {
  const order = await askForOrder(openNew);
  const session = order && (await openNewSession(openNew, { ...order, as: 'chat' }));
  if (session !== undefined) sessions.put(session);
  return session;
}
