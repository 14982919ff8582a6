import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readBeginning } from './agentFile.ts';
import { codexThreadOfFile } from './codexProcess.ts';
import { readLine } from './said.ts';

/** A conversation as its file tells. `firstPrompt` and `directory` are text of others. */
export interface FoundConversation {
  readonly agent: string;
  readonly id: string;
  readonly path: string;
  readonly changedAtMs: number;
  readonly bytes: number;
  readonly directory: string | null;
  readonly firstPrompt: string;
}

export interface FoundConversations {
  /** The latest first, at most as many as were asked for. */
  readonly conversations: readonly FoundConversation[];
  readonly total: number;
  readonly unreadable: number;
}

interface Candidate {
  readonly id: string;
  readonly path: string;
  readonly changedAtMs: number;
  readonly bytes: number;
}

/** What was asked first stands near the beginning, behind what the agent was told about its machine. */
const headBytes = 256 * 1024;
const atOnce = 8;
const claudeName = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/;

/** The conversations that an agent keeps below `directory`; none when there is no such directory. */
export async function listConversations(
  agent: string,
  directory: string,
  limit: number,
): Promise<FoundConversations> {
  const files = await listFiles(agent, directory);
  const found = await inTurns(files, withFacts);
  const all = found.filter((file) => file !== undefined);
  const distinct = latestOfEach(all);
  const latest = distinct.slice(0, limit);
  const read = await inTurns(latest, (file) => readHead(agent, file).catch(gone));
  const conversations = read.filter((conversation) => conversation !== undefined);
  return {
    conversations,
    total: files.length - all.length + distinct.length,
    unreadable: files.length - all.length + read.length - conversations.length,
  };
}

/** Those whose id begins so, at most `limit`; reads no other. */
export async function findConversationsById(
  agent: string,
  directory: string,
  { beginning, limit }: { readonly beginning: string; readonly limit: number },
): Promise<FoundConversation[]> {
  const files = await listFiles(agent, directory);
  const meant = await inTurns(
    files.filter(({ id }) => id.startsWith(beginning)),
    withFacts,
  );
  const latest = latestOfEach(meant.filter((file) => file !== undefined)).slice(0, limit);
  const read = await inTurns(latest, (file) => readHead(agent, file).catch(gone));
  return read.filter((conversation) => conversation !== undefined);
}

/** The latest first; of a conversation that lies in several projects the file that changed last. */
function latestOfEach(files: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return files
    .toSorted((a, b) => b.changedAtMs - a.changedAtMs)
    .filter(({ id }) => !seen.has(id) && seen.add(id));
}

interface NamedFile {
  readonly id: string;
  readonly path: string;
}

async function listFiles(agent: string, directory: string): Promise<NamedFile[]> {
  const root = join(directory, agent === 'codex' ? 'sessions' : 'projects');
  const names = await readdir(root, { recursive: true, encoding: 'utf8' }).catch(nothing);
  const idOf = agent === 'codex' ? codexThreadOfFile : claudeIdOfFile;
  return names.flatMap((name) => {
    const id = idOf(name);
    return id === undefined ? [] : [{ id, path: join(root, name) }];
  });
}

async function withFacts(file: NamedFile): Promise<Candidate | undefined> {
  const facts = await stat(file.path).catch(gone);
  return facts && { ...file, changedAtMs: facts.mtimeMs, bytes: facts.size };
}

function claudeIdOfFile(name: string): string | undefined {
  return claudeName.exec(basename(name))?.[1];
}

async function readHead(agent: string, file: Candidate): Promise<FoundConversation> {
  const bytes = await readBeginning(file.path, headBytes);
  return { ...file, agent, ...findFirst(agent, bytes.toString('utf8').split('\n')) };
}

/** Stops at the first prompt; the last line may be cut and is then no line. */
function findFirst(
  agent: string,
  lines: readonly string[],
): Pick<FoundConversation, 'directory' | 'firstPrompt'> {
  let directory: string | null = null;
  for (const line of lines) {
    const read = readLine(agent, line);
    directory ??= read?.directory ?? null;
    const asked = read?.said.find(({ who }) => who === 'person');
    if (asked !== undefined) return { directory, firstPrompt: asked.text };
  }
  return { directory, firstPrompt: '' };
}

/** A few at once: hundreds of files are read without hundreds of descriptors. */
async function inTurns<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  return results;
}

function nothing(): string[] {
  return [];
}

function gone(): undefined {
  return undefined;
}
