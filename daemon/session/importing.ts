import { homedir } from 'node:os';
import type { Session } from '../../protocol/session/session.ts';
import { changeKeep } from '../../protocol/session/keeping.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { ChatLaunch } from '../agent/agent.ts';
import type { FeatureContext } from '../context.ts';
import { createUuid } from '../uuid.ts';
import { resolveFolder } from '../workspace/workspace.ts';
import type { Keeping } from './keeping.ts';
import { newLife } from './life.ts';
import type { SessionNouns } from './nouns.ts';
import { nothingHeard } from './heard.ts';
import type { SessionRow } from './row.ts';
import type { Sessions } from './sessions.ts';
import type { Spool } from './spool.ts';

export interface ImportingContext {
  readonly daemon: FeatureContext;
  readonly nouns: SessionNouns;
  readonly sessions: Sessions;
  readonly spool: Spool;
  readonly keeping: Pick<Keeping, 'default'>;
}

export interface ImportSource {
  readonly agent: string;
  readonly conversationId: string | undefined;
  /** Of others; null when it is not known. */
  readonly directory: string | null;
  readonly name: string;
}

/** An ended session without a process, filled with text that came from elsewhere. */
export interface Import {
  write(text: string): Promise<void>;
  /** Resolves with the session when all of it is kept. @throws WaggleError `diskFull`, `notFound` when it was deleted. */
  finish(): Promise<Session>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/** As wide as most people's terminals: imported text has no width of its own. */
const size = { cols: 100, rows: 30 };
const flushEveryBytes = 1024 * 1024;

export async function beginImport(
  context: ImportingContext,
  source: ImportSource,
): Promise<Import> {
  const { sessions, spool } = context;
  const row = await sessions.add(await createRow(context, source));
  const writer = await spool.openWriter(row.id, row.generation);
  let [seq, unwritten] = [0, 0];
  return {
    async write(text) {
      const bytes = new TextEncoder().encode(text);
      writer.append(seq, bytes);
      seq += bytes.length;
      unwritten += bytes.length;
      if (unwritten < flushEveryBytes) return;
      unwritten = 0;
      await writer.flush();
    },
    async finish() {
      await writer.flush();
      if (writer.lostBytes > 0)
        throw new WaggleError('diskFull', 'The disk did not take all of the conversation.', {
          fix: 'Free some space, then import it again.',
        });
      return sessions.toSession(sessions.get(row.id));
    },
    async discard() {
      await writer.flush();
      await sessions.remove(row.id);
      await spool.remove(row.id);
    },
  };
}

/** A chat without a process that holds what was said elsewhere; the next message goes on with it. */
export async function addChat(
  context: ImportingContext,
  source: ImportSource & { readonly chat: ChatLaunch },
): Promise<SessionRow> {
  const row = await createRow(context, source);
  return context.sessions.add({
    ...row,
    status: 'asleep',
    ...{ mode: 'pipe', origin: 'continued', chat: source.chat },
    wish: { command: null, arguments: [] },
    attention: { state: 'asleep', kind: null, sentence: 'asleep', since: row.createdAt },
  });
}

async function createRow(
  { daemon, nouns, keeping }: ImportingContext,
  { agent, conversationId, directory, name }: ImportSource,
): Promise<SessionRow> {
  const now = new Date(daemon.clock.now()).toISOString();
  // The folder may be gone, or of another machine: then it belongs to no repository of this one.
  const cwd = directory === null ? homedir() : toPlainLine(directory, 4096);
  const folder = await resolveFolder(cwd).catch(() => homedir());
  const id = conversationId;
  return {
    ...newLife,
    id: sessionIdSchema.parse(createUuid(daemon.clock.now())),
    status: 'ended',
    ownerDaemonId: daemon.daemonId,
    workspaceId: await nouns.workspaces.locate(folder),
    roleId: nouns.roles.getDefault(),
    ...{ name, nameSource: 'default', defaultName: name, agent, mode: 'pty' },
    attention: { state: 'ended', kind: null, sentence: 'imported', since: now },
    heard: nothingHeard,
    ...{ tags: [], hidden: false, cwd, argv: [], size, backgroundProcesses: 0 },
    wish: { command: [], arguments: [] },
    conversations: id === undefined ? [] : [{ id, source: 'disk', observedAt: now }],
    origin: 'imported',
    keep: changeKeep(keeping.default, { output: 'full' }),
    ...{ environmentNames: [], tokenRight: 'self', idempotencyKey: null },
    ...{ createdAt: now, updatedAt: now, revision: 0 },
  };
}
