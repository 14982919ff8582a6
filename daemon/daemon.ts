/**
 * The composition root: what the daemon is made of, in order, and what each part is given. How it begins, watches itself
 * and ends is in `lifecycle/`; nothing here decides anything.
 */
import type { HomePaths } from '../link/home/home.ts';
import {
  ensureHome,
  readRuntimeFile,
  removeRuntimeFile,
  writeRuntimeFile,
} from '../link/home/home.ts';
import { readStartTime } from '../link/process/process.ts';
import { forgetStarts } from '../link/start/start.ts';
import type { NounName } from '../protocol/protocol.ts';
import type { DaemonId } from '../protocol/wire/brand.ts';
import { protocolVersion } from '../protocol/wire/define.ts';
import { createAccess } from './access.ts';
import { createAgentFeature } from './agent/agent.ts';
import { createAttentionFeature } from './attention/attention.ts';
import { createChatFeature } from './chat/chat.ts';
import { createConversationFeature } from './conversation/conversation.ts';
import type { Clock, FeatureContext, Logger } from './context.ts';
import { createEmbedding } from './embedding/embedding.ts';
import { exchange } from './exchange/exchange.ts';
import { createFileFeature } from './file/file.ts';
import type { Feature } from './feature.ts';
import type { AnyHandler, Gateway } from './gateway/gateway.ts';
import { createGateway } from './gateway/gateway.ts';
import { createHostPool } from './host/host.ts';
import type { Ending, Listening, ObservableWarnings, Watchdog } from './lifecycle/lifecycle.ts';
import {
  createDaemonFeature,
  createEnding,
  createWarnings,
  findProgram,
  holdHome,
  idleEndMs,
  listenEverywhere,
  loadInstance,
  planSocket,
  startWatchdog,
  watchIdle,
} from './lifecycle/lifecycle.ts';
import type { Redactor } from './log/log.ts';
import { createLogger, createRedactor, parseLogLevel } from './log/log.ts';
import { createMemoryFeature } from './memory/memory.ts';
import { createPaneFeature } from './pane/pane.ts';
import { createRoleFeature } from './role/role.ts';
import { createSearchFeature } from './search/search.ts';
import { createSessionFeature } from './session/session.ts';
import type { StoreThread, Stores } from './store/store.ts';
import { openStores } from './store/store.ts';
import { createTaskFeature } from './task/task.ts';
import type { FailureLimiter, TokenAuthority } from './token/token.ts';
import { createFailureLimiter, createTokenAuthority } from './token/token.ts';
import type { tokenStore } from './token/token.store.ts';
import { createUsageFeature } from './usage/usage.ts';
import { createWindowFeature } from './window/window.ts';
import { createWorkspaceFeature } from './workspace/workspace.ts';

export interface DaemonOptions {
  readonly paths: HomePaths;
  readonly sessionUmask: number;
  /** The file that was started. */
  readonly entry: string;
  /** `WAGGLE_PORT`; 0 for any. */
  readonly wantedPort?: string | undefined;
  readonly logLevel?: string | undefined;
  readonly idleMs?: number;
  /** Loading already. */
  readonly storeThread: StoreThread;
}

export interface RunningDaemon {
  requestStop(reason: string): void;
  /** For what nobody caught. */
  report(message: string, error: unknown): void;
  /** Everything has been given back. */
  readonly ended: Promise<void>;
}

/** A noun without a feature does not compile. */
type Features = { readonly [N in NounName]: Feature<N> };

/** What the parts of one daemon share while it is put together. */
interface Assembly {
  readonly options: DaemonOptions;
  readonly log: Logger;
  readonly redactor: Redactor;
  readonly warnings: ObservableWarnings;
  readonly program: ReturnType<typeof findProgram>;
  readonly startTime: number;
  readonly ending: Ending;
}

const watchAfterMs = 1000;
const clock: Clock = { now: () => Date.now(), monotonicMs: () => performance.now() };

/** Resolves when clients are let in. Rejects with the typed reason why this daemon may not or cannot run. */
export async function runDaemon(options: DaemonOptions): Promise<RunningDaemon> {
  const { paths } = options;
  ensureHome(paths);
  const redactor = createRedactor();
  const log = createLogger({
    path: paths.logFile,
    level: parseLogLevel(options.logLevel),
    redactor,
  });
  const warnings = createWarnings();
  const program = findProgram(options.entry, options.sessionUmask);
  let tellClients = (_reason: string): void => undefined;
  const ending = createEnding(log, (reason) => tellClients(reason));
  ending.add({ name: 'log', limitMs: 100, run: () => log.dispose() });
  const startTime = readStartTime(process.pid) ?? 0;
  const assembly: Assembly = { options, log, redactor, warnings, program, startTime, ending };
  try {
    const gateway = await assemble(assembly);
    tellClients = (reason) => gateway.publish('daemon/stopping', { reason });
  } catch (error) {
    log.error('The daemon cannot start', { error });
    await ending.run();
    throw error;
  }
  ending.add({
    name: 'start count',
    limitMs: 100,
    run: () => (ending.hasFailed ? undefined : forgetStarts(paths)),
  });
  return {
    requestStop: (reason) => ending.request(reason),
    report: (message, error) => log.error(message, { error }),
    ended: ending.done,
  };
}

async function assemble(assembly: Assembly): Promise<Gateway> {
  const { options, ending, log, program } = assembly;
  const { paths } = options;
  const lock = holdHome(paths);
  ending.add({ name: 'lock', limitMs: 100, run: () => lock.dispose() });
  const previousPort = readRuntimeFile(paths)?.port;
  ending.add({
    name: 'runtime file',
    limitMs: 100,
    run: () => removeRuntimeFile(paths, process.pid),
  });
  // Both threads are busy: whoever waits for us finds us and knocks while the database is opened.
  const opening = openDatabase(assembly);
  const stop = opening.then((stores) => () => stores.stop(), leaveToTheStart);
  ending.add({ name: 'store', limitMs: 1000, run: async () => (await stop)() });
  const tokens = createTokenAuthority({
    ownerTokenFile: paths.ownerTokenFile,
    secrets: assembly.redactor,
    clock,
  });
  const gateway = openGateway(assembly, tokens);
  const door = await openDoor(assembly, gateway, previousPort);
  const stores = await opening;
  await tokens.load(stores.openStore<typeof tokenStore>('token'));
  const context = createContext(assembly, { stores, tokens, gateway, door });
  const features = createFeatures(context, { assembly, tokens, gateway, door });
  for (const feature of Object.values<Feature<NounName>>(features)) {
    ending.add({ name: feature.noun, limitMs: 2000, run: () => endFeature(feature) });
    await feature.start?.();
  }
  gateway.serve(listHandlers(features), [...features.session.routes, features.mcp.route]);
  // Clients go before what serves them.
  ending.add({ name: 'gateway', limitMs: 1000, run: () => gateway.stop(500) });
  log.info('Ready', { pid: process.pid, version: program.version, ...door.listening });
  endWhenIdle(assembly, { features, gateway });
  watchSoon(assembly);
  return gateway;
}

/** Whoever opens the door fails with it in a moment; there is nothing to stop. */
function leaveToTheStart(_error: unknown): () => void {
  return () => undefined;
}

interface Door {
  readonly listening: Listening;
  readonly daemonId: DaemonId;
}

/** Listens and says where. Nobody is let in before the gateway serves, and whoever waits is sent away when it never does. */
async function openDoor(
  { options, log, warnings, program, startTime, ending }: Assembly,
  gateway: Gateway,
  previousPort: number | null | undefined,
): Promise<Door> {
  const { paths, wantedPort } = options;
  const { daemonId, copiedFrom } = loadInstance(paths);
  if (copiedFrom !== undefined) {
    log.warn('The data directory is a copy', { daemonId, copiedFrom });
    const text = 'This data directory is a copy: it has a new id and nothing in it is shared.';
    warnings.set('daemon.copied', text);
  }
  ending.add({ name: 'door', limitMs: 1000, run: () => gateway.stop(0) });
  const socket = planSocket(paths);
  const listening = await listenEverywhere({ gateway, paths, socket, wantedPort, previousPort });
  warnings.set('daemon.port', listening.portNote ?? undefined);
  writeRuntimeFile(paths, {
    ...listening,
    pid: process.pid,
    startTime,
    version: program.version,
    protocol: protocolVersion,
    daemonId,
    startedAt: new Date(clock.now()).toISOString(),
  });
  return { listening, daemonId };
}

interface Parts {
  readonly tokens: TokenAuthority;
  readonly gateway: Gateway;
  readonly door: Door;
}

/** Its thread takes as long to start as half of the daemon does: the first session comes before it. */
function watchSoon({ options, log, ending }: Assembly): void {
  const { logFile } = options.paths;
  let watchdog: Watchdog | undefined;
  const timer = setTimeout(() => {
    watchdog = startWatchdog({ log: log.child({ part: 'watchdog' }), logFile });
  }, watchAfterMs);
  timer.unref();
  ending.add({
    name: 'watchdog',
    limitMs: 500,
    run() {
      clearTimeout(timer);
      return watchdog?.stop();
    },
  });
}

function openDatabase({ options, log, warnings, ending }: Assembly): Promise<Stores> {
  const storeLog = log.child({ part: 'store' });
  const { database, backupDir, reserveFile } = options.paths;
  return openStores({
    thread: options.storeThread,
    location: { database, backupDir, reserveFile },
    onNotice: ({ level, message, fields }) => storeLog[level](message, fields),
    onWarning: ({ key, text }) => warnings.set(key, text),
    onFailed: (error) => {
      storeLog.error('The database thread died', { error });
      ending.fail('the database thread died');
    },
  });
}

function openGateway({ log, program, startTime }: Assembly, tokens: TokenAuthority): Gateway {
  // Who reaches the private socket is the same user already: a good client must get in among bad ones.
  const guard: FailureLimiter = createFailureLimiter({
    monotonicMs: () => clock.monotonicMs(),
    maxMs: (key) => (key === 'local' ? 1000 : 60_000),
  });
  const gateway = createGateway({
    authority: tokens,
    guard,
    identity: { version: program.version, pid: process.pid, startTime },
    log: log.child({ part: 'gateway' }),
    clock,
  });
  // The answer to who asked for it leaves first.
  tokens.onDidRevoke((principalId) => setImmediate(() => gateway.revoke(principalId)));
  return gateway;
}

function createContext(
  { options, log, redactor, warnings, program }: Assembly,
  { stores, tokens, gateway, door }: Parts & { readonly stores: Stores },
): FeatureContext {
  return {
    paths: options.paths,
    log,
    publish: gateway.publish,
    openStore: (name) => stores.openStore(name),
    clock,
    version: program.version,
    daemonId: door.daemonId,
    socket: door.listening.socket,
    tokens,
    secrets: redactor,
    warnings,
    program,
  };
}

/** What sessions leave behind: what they used, the files they changed, and words to be found. */
function createRecords(
  about: (noun: NounName) => FeatureContext,
  around: Parameters<typeof createUsageFeature>[1] &
    Parameters<typeof createFileFeature>[1] &
    Parameters<typeof createSearchFeature>[1],
) {
  const usage = createUsageFeature(about('usage'), around);
  const file = createFileFeature(about('file'), around);
  const search = createSearchFeature(about('search'), around);
  return { usage, file, search };
}

/** The list. Features start in this order and end in the reverse one. */
function createFeatures(
  context: FeatureContext,
  { assembly, tokens, gateway, door }: Parts & { readonly assembly: Assembly },
) {
  const about = (noun: NounName): FeatureContext => ({
    ...context,
    log: context.log.child({ part: noun }),
  });
  const role = createRoleFeature(about('role'));
  const workspace = createWorkspaceFeature(about('workspace'));
  const memory = createMemoryFeature(about('memory'), {
    ...{ roles: role, workspaces: workspace, exchange },
    embedding: createEmbedding(about('memory')),
  });
  const window = createWindowFeature(about('window'));
  const agent = createAgentFeature(about('agent'));
  const attention = createAttentionFeature(about('attention'), { windows: window });
  const session = createSessionFeature(about('session'), {
    ...{ agents: agent, attention, memory, roles: role, windows: window, workspaces: workspace },
    titlePatterns: () => attention.titlePatterns,
    hosts: createHostPool(about('session')),
  });
  const talk = { sessions: session.chats, attention, agents: agent };
  const chat = createChatFeature(about('chat'), talk);
  const around = { sessions: session.all, chats: chat, workspaces: workspace, attention };
  const records = createRecords(about, around);
  const task = createTaskFeature(about('task'), {
    ...{ attention, roles: role, workspaces: workspace },
    chats: chat.tasks,
    sessions: session.tasks,
  });
  const conversation = createConversationFeature(session.conversations, chat);
  const pane = createPaneFeature({ paths: context.paths, sessions: session.conversations });
  const { token, mcp } = createAccess(about('mcp'), {
    nouns: { role, workspace, memory, attention, session, task },
    tokens,
    redact: (text) => assembly.redactor.redact(text),
    port: () => door.listening.port,
  });
  const daemon = createDaemonFeature(about('daemon'), {
    sessions: session,
    warnings: assembly.warnings,
    startedAt: new Date(clock.now()).toISOString(),
    listening: () => ({ port: door.listening.port, portNote: door.listening.portNote }),
    clientCount: () => gateway.clientCount,
    requestStop: (reason) => assembly.ending.request(reason),
    rotateOwner: () => tokens.rotateOwner(),
  });
  const features = {
    ...{ role, workspace, memory, window, agent, attention, session },
    ...{ conversation, chat, ...records, task, pane, token, mcp, daemon },
  };
  return features satisfies Features;
}

async function endFeature(feature: Feature<NounName>): Promise<void> {
  try {
    await feature.stop?.();
  } finally {
    feature.dispose();
  }
}

function listHandlers(features: Features): ReadonlyMap<string, AnyHandler> {
  // The gateway validates parameters before the call, so the types that were checked per noun hold.
  const all = Object.values(features).flatMap((feature) => Object.entries(feature.handlers));
  return new Map(all as [string, AnyHandler][]);
}

function endWhenIdle(
  { options, ending }: Assembly,
  { features, gateway }: { readonly features: Features; readonly gateway: Gateway },
): void {
  const busy = Object.values<Feature<NounName>>(features);
  const watch = watchIdle({
    idleMs: options.idleMs ?? idleEndMs,
    clock,
    isNeeded: () => gateway.clientCount > 0 || busy.some((feature) => feature.isBusy?.() === true),
    onIdle: () => ending.request('nobody needs it'),
  });
  ending.add({ name: 'idle watch', limitMs: 100, run: () => watch.dispose() });
}
