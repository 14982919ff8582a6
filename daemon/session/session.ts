/**
 * Sessions: rows that outlive processes, and processes in hosts that outlive the daemon. This folder keeps both true to
 * each other; it holds no terminal bytes in memory beyond what is on its way to the spool, and draws nothing.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeShim } from '../../link/shim/shim.ts';
import type { RoleId, SessionId, WorkspaceId } from '../../protocol/wire/brand.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DescribedSession } from '../attention/attention.ts';
import { notRecordingWarning } from '../../protocol/wire/warnings.ts';
import type { FeatureContext, SessionOverview } from '../context.ts';
import type { Feature, Tool } from '../feature.ts';
import type { Route } from '../gateway/gateway.ts';
import type { AllSessions } from './allSessions.ts';
import { createAllSessions } from './allSessions.ts';
import { Attaching } from './attaching.ts';
import type { ChatSessions } from './chatSessions.ts';
import { createChatSessions } from './chatSessions.ts';
import type { ConversationSessions } from './conversationSessions.ts';
import { createConversationSessions } from './conversationSessions.ts';
import { Ending } from './ending.ts';
import { Forgetters } from './forgetters.ts';
import { HookReports } from './hookReports.ts';
import { Hooks } from './hooks.ts';
import { Keeping } from './keeping.ts';
import { Launching } from './launching.ts';
import { Moving } from './moving.ts';
import { StartNotes } from './notes.ts';
import { reachOfAgents } from './notesOptions.ts';
import type { SessionNouns } from './nouns.ts';
import { OpencodeFollowing } from './opencodeFollowing.ts';
import { Recovery } from './recovery.ts';
import { Resources } from './resources.ts';
import { Resuming } from './resuming.ts';
import type { SessionRow } from './row.ts';
import { createHandlers } from './session.handlers.ts';
import { createSessionTools } from './session.tools.ts';
import { Sequences } from './sequence.ts';
import { Sessions } from './sessions.ts';
import { SocketLinks } from './socketLinks.ts';
import { Spool } from './spool.ts';
import type { TaskSessions } from './taskSessions.ts';
import { createTaskSessions } from './taskSessions.ts';
import { ToolServers } from './toolServers.ts';
import type { FindTools } from './toolServers.ts';
import { Watch } from './watching.ts';
import { WindowLinks } from './windowLinks.ts';

export type { AllSessions } from './allSessions.ts';
export type { ChatSessions, ChatStart, NewChat } from './chatSessions.ts';
export type { Asker, ConversationSessions } from './conversationSessions.ts';
export type { ImportSource } from './importing.ts';
export { isLive } from './life.ts';
export type { Move } from './moving.ts';
export type { PipeReader } from './pipes.ts';
export type { SessionRow } from './row.ts';
export { Sequences } from './sequence.ts';
export type { SessionNouns } from './nouns.ts';
export type { TaskSessions } from './taskSessions.ts';

const takeoverLimitMs = 1500;

/** What other nouns may know of one. */
export interface KnownSession {
  readonly roleId: RoleId;
  readonly workspaceId: WorkspaceId;
  readonly cwd: string;
  readonly isPrivate: boolean;
}

export interface SessionFeature extends Feature<'session'>, SessionOverview {
  readonly conversations: ConversationSessions;
  readonly tools: readonly Tool[];
  /** Who knows where the agents of sessions find tools. */
  offerToolsWith(find: FindTools): void;
  /** Undefined: there is no such session. */
  readonly find: (id: SessionId) => KnownSession | undefined;
  readonly chats: ChatSessions;
  readonly tasks: TaskSessions;
  readonly all: AllSessions;
  /** Where hooks of agents post. */
  readonly routes: readonly Route[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface SessionFeatureOptions {
  /** How long an ended session stays in its host; 30,000 when absent. */
  readonly collectAfterMs?: number;
}

/** `nouns.hosts` is started and ended by this feature; the others by the composition root, before it. */
export function createSessionFeature(
  context: FeatureContext,
  nouns: SessionNouns,
  options: SessionFeatureOptions = {},
): SessionFeature {
  const parts = createParts(context, nouns, options);
  const { hosts } = nouns;
  const { sequences, sessions, spool, watch, keeping, recovery, attaching } = parts;
  const { opencode } = parts;
  tellRecording(context, spool);
  joinMemory(context, nouns, sessions);
  const inBackground = (work: Promise<void>): void => {
    work.catch((error: unknown) => context.log.error('a change of a host was missed', { error }));
  };

  forgetPrivateOnes(parts, inBackground);

  const takeOver = async (earlier: readonly SessionRow[]): Promise<void> => {
    await hosts.start();
    hosts.onDidConnect((host) => inBackground(recovery.adopt(host)));
    hosts.onDidLose((hostId) => inBackground(recovery.lose(hostId)));
    await recovery.start(earlier);
  };

  return {
    noun: 'session',
    conversations: parts.conversations,
    chats: parts.chats,
    tasks: createTasks(parts),
    all: parts.all,
    routes: [parts.hookReports.route],
    handlers: createHandlers(parts),
    tools: createTools(parts),
    offerToolsWith: (find) => parts.tools.findWith(find),
    find: (id) => toKnown(sessions.find(id)),
    async start() {
      provideShim(context);
      await sessions.load();
      await keeping.load();
      await spool.open(await sessions.listDeleted());
      opencode.begin();
      const takeover = takeOver(sessions.rows());
      inBackground(takeover);
      // A host under load may answer late; its sessions are then taken over while clients connect.
      await Promise.race([takeover, delay(takeoverLimitMs, undefined, { ref: false })]);
    },
    counts: () => ({ running: sessions.countRunning(), total: sessions.rows().length }),
    hosts: () => hosts.statuses().map((host) => ({ ...host, sessions: sessions.countIn(host.id) })),
    killAll: () => endEverything(parts),
    isBusy: () => sessions.countRunning() > 0,
    async stop() {
      await sequences.settle();
      await watch.stop();
      await sessions.settle();
    },
    dispose() {
      for (const part of [opencode, attaching, recovery, watch, hosts, keeping]) part.dispose();
    },
  };
}

/** Of a private session that is over nothing stays. */
function forgetPrivateOnes(
  { sessions, sequences, ending, attaching }: Parts,
  inBackground: (work: Promise<void>) => void,
): void {
  const forget = async (id: SessionId): Promise<void> => {
    await ending.forgetPrivate(id);
    if (sessions.find(id) === undefined) attaching.forget(id);
  };
  sessions.onDidChange(({ id, private: isPrivate }) => {
    if (isPrivate === true) inBackground(sequences.run(id, () => forget(id)));
  });
}

function createTools({ sessions, spool, attaching, watch }: Parts): Tool[] {
  return createSessionTools({
    ...{ sessions, spool, attaching, maker: watch.maker },
    flush: (row) => flushAll(watch, row),
  });
}

/** Everything that it wrote until now is kept. */
async function flushAll(watch: Watch, row: SessionRow): Promise<void> {
  await watch.settle(row).catch(hostIsGone);
  await watch.followers.flush(row.id);
}

function createTasks(parts: Parts): TaskSessions {
  const { sessions, spool, watch, launching, ending } = parts;
  return createTaskSessions({
    ...{ sessions, launching, ending, spool, maker: watch.maker },
    flush: (row) => flushAll(watch, row),
  });
}

async function endEverything({ launching, ending }: Parts): Promise<number> {
  launching.isEnding = true;
  try {
    const killed = await ending.killAll();
    await ending.endHosts();
    return killed;
  } catch (error) {
    // Something does not end, and then the daemon does not either.
    launching.isEnding = false;
    throw error;
  }
}

type Parts = ReturnType<typeof createParts>;

function createParts(context: FeatureContext, nouns: SessionNouns, options: SessionFeatureOptions) {
  const { hosts } = nouns;
  const sequences = new Sequences();
  const sessions = new Sessions(context, nouns.attention, nouns.titlePatterns);
  nouns.attention.describeWith((id) => describe(sessions.find(id)));
  const spool: Spool = new Spool({
    directory: context.paths.spoolDir,
    keepOf: (id) => keeping.of(id),
  });
  const links = new SocketLinks(context.paths.runDir);
  const watch = new Watch({ daemon: context, sessions, hosts, spool, ...options });
  const flush = (id: SessionId): Promise<void> => watch.followers.flush(id);
  const keeping = new Keeping({ daemon: context, sessions, spool, flush });
  const binDirectory = binDirectoryOf(context);
  const hooks = new Hooks({ daemon: context, binDirectory });
  const tools = new ToolServers({ daemon: context });
  const hookReports = new HookReports({ daemon: context, sessions });
  nouns.attention.explainWith(hookReports.explainer);
  const opencode = new OpencodeFollowing({ daemon: context, sessions, hooks });
  const notes = new StartNotes({ daemon: context, memory: nouns.memory });
  const starts = { links, hooks, tools, notes };
  const forgetters = new Forgetters();
  const shared = { daemon: context, sessions, watch, ...starts, sequences, keeping, forgetters };
  const launching = new Launching({ ...shared, nouns, binDirectory });
  const ending = new Ending({ ...shared, hosts, spool });
  const all = createAllSessions({ ...shared, ending, spool, flush: (row) => flushAll(watch, row) });
  const resuming = new Resuming({ ...shared, launching, spool });
  const together = { ...shared, nouns, launching, spool };
  const conversations = createConversationSessions({ ...together, resuming });
  const monotonicMs = (): number => context.clock.monotonicMs();
  const resources = new Resources({ hosts, trees: watch.trees, monotonicMs });
  const attaching = new Attaching({ daemon: context, hosts, sessions });
  const moving = new Moving({ ...shared, hosts, launching, ending, attaching });
  const chats = createChatSessions({ ...together, hosts, pipes: watch.pipes, moving });
  const recovery = new Recovery({
    ...{ daemon: context, hosts, sessions, watch },
    workspaces: nouns.workspaces,
  });
  const windowLinks = new WindowLinks({ links, windows: nouns.windows, log: context.log });
  nouns.windows.onDidReport((windowId) => windowLinks.handleReport(windowId));
  watch.followers.onDidChangeWriter(({ sessionId, clientId }) => {
    windowLinks.follow(sessionId, clientId);
  });
  return {
    ...shared,
    all,
    hookReports,
    opencode,
    spool,
    windowLinks,
    launching,
    conversations,
    chats,
    ending,
    resuming,
    resources,
    attaching,
    recovery,
  };
}

/** Memory knows whose agent it is that remembers, and tells what a session learned when it has ended. */
function joinMemory({ log }: FeatureContext, { memory }: SessionNouns, sessions: Sessions): void {
  memory.reachWith(() => reachOfAgents);
  memory.describeWith((id) => {
    const row = sessions.rows().find((one) => one.id === id);
    return row === undefined ? undefined : { ...row, isPrivate: row.private === true };
  });
  const over = new Map<SessionId, number>();
  sessions.onDidChange(({ id, status, generation }) => {
    const isOver = status === 'ended' || status === 'killed';
    if (!isOver || over.get(id) === generation) return;
    over.set(id, generation);
    memory
      .sessionEnded(id)
      .catch((error: unknown) => log.warn('what was learned was not told', { error }));
  });
}

function describe(row: SessionRow | undefined): DescribedSession | undefined {
  if (row === undefined) return undefined;
  return { name: row.name, folder: row.cwd, isPrivate: row.private === true };
}

function toKnown(row: SessionRow | undefined): KnownSession | undefined {
  if (row === undefined) return undefined;
  const { roleId } = row;
  return { roleId, workspaceId: row.workspaceId, cwd: row.cwd, isPrivate: row.private === true };
}

/** Then what was received is all that there is. */
function hostIsGone(): undefined {
  return undefined;
}

function tellRecording({ warnings, log }: FeatureContext, spool: Spool): void {
  spool.onDidChangeRecording(({ isRecording, reason }) => {
    warnings.set('session.spool', isRecording ? undefined : notRecordingWarning);
    log[isRecording ? 'info' : 'error']('the recording changed', { isRecording, reason });
  });
}

function binDirectoryOf({ paths }: FeatureContext): string {
  return join(paths.home, 'bin');
}

/** Sessions run without the command as well: that it cannot be written is told, not fatal. */
function provideShim(context: FeatureContext): void {
  try {
    writeShim({ home: context.paths.home, directory: binDirectoryOf(context) });
  } catch (error) {
    context.warnings.set('session.shim', `no waggle command in sessions: ${errorMessageOf(error)}`);
  }
}
