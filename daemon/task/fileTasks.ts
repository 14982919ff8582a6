import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { reduceTask } from '../../protocol/task/taskState.ts';
import { taskIdSchema } from '../../protocol/wire/brand.ts';
import type { FeatureContext } from '../context.ts';
import { createUuid } from '../uuid.ts';
import type { Book } from './book.ts';
import type { TaskNouns } from './nouns.ts';
import type { KeptTask } from './rows.ts';
import type { FileFields, ParsedFile } from './taskFile.ts';
import { parseTaskFile, titleMaxChars } from './taskFile.ts';

export interface FileTasksContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'daemonId' | 'log'>;
  readonly book: Book;
  readonly nouns: Pick<TaskNouns, 'chats' | 'roles' | 'workspaces'>;
}

interface Found {
  readonly path: string;
  readonly root: string;
  readonly hash: string;
  readonly parsed: ParsedFile;
}

/** Of a repository, relative. */
const folder = join('.waggle', 'tasks');
const mostFiles = 200;
const fileMaxBytes = 1024 * 1024;
const lookEveryMs = 5000;

const nothing: FileFields = {
  ...{ title: 'Task', description: '', cwd: '/', worktree: false, timeoutMs: null },
  work: { kind: 'none' },
  ...{ retries: { max: 0, delayMs: 30_000 }, schedule: { kind: 'none' } },
  policies: {
    ...{ missed: { kind: 'once' }, overlap: { kind: 'skip' }, unknown: 'fail', jitterMs: 0 },
  },
  ...{ check: null, budget: { tokens: null, dollars: null, minutes: null } },
  ...{ priority: 'medium', labels: [], review: false },
};

/** Hash of what a person saw; undefined when the file is not there, or not a plain file of a fit size. */
export async function hashOfFile(path: string): Promise<string | undefined> {
  const bytes = await readPlain(path);
  return bytes === undefined ? undefined : createHash('sha256').update(bytes).digest('hex');
}

/**
 * Tasks that stand in files of trusted repositories. Each is off until a person enables it as it is, and off again when
 * its file changed. Reads files and runs nothing.
 */
export class FileTasks {
  readonly #context: FileTasksContext;
  #looking: Promise<void> | undefined;
  #lookedAtMs = -Infinity;

  constructor(context: FileTasksContext) {
    this.#context = context;
  }

  /** Brings the list into step with the files; never rejects. Often asked for, it looks every few seconds. */
  refresh(isNow = false): Promise<void> {
    const { clock, log } = this.#context.daemon;
    const isFresh = clock.monotonicMs() - this.#lookedAtMs < lookEveryMs;
    if (isFresh && !isNow) return this.#looking ?? Promise.resolve();
    this.#lookedAtMs = clock.monotonicMs();
    this.#looking ??= this.#look()
      .catch((error: unknown) => log.warn('task files were not read', { error }))
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { book, daemon, nouns } = this.#context;
    const roots = nouns.workspaces.trustedRoots();
    const now = daemon.clock.now();
    // What cannot be read for now is not gone, and stops nothing of the others.
    const unread: string[] = [];
    const skip = (at: string) => (error: unknown) => {
      daemon.log.warn('task files were not read', { error });
      unread.push(at);
      return [];
    };
    const reading = roots.map((root) => findIn(root, now).catch(skip(join(root, folder) + sep)));
    const byPath = new Map((await Promise.all(reading)).flat().map((file) => [file.path, file]));
    for (const file of byPath.values()) await this.#meet(file).catch(skip(file.path));
    const isThere = (path: string): boolean =>
      byPath.has(path) || unread.some((at) => path.startsWith(at));
    const gone = book
      .list()
      .filter(({ source }) => source.kind === 'file' && !isThere(source.path));
    if (gone.some((task) => task.lastRun === null || problemOf(task) === null))
      await book.act(() => ({
        tasks: gone.filter(({ lastRun }) => lastRun !== null).map(withoutFile),
        deleted: gone.filter(({ lastRun }) => lastRun === null).map(({ id }) => id),
      }));
  }

  async #meet(file: Found): Promise<void> {
    const { book, daemon, nouns } = this.#context;
    const known = this.#find(file.path);
    if (known !== undefined && isAsRead(known, { ...file, parsed: this.#refusing(file) })) return;
    const { workspaces, roles } = nouns;
    const workspaceId = await workspaces.locate(file.root);
    const roleId = await roles.ensureDefault(workspaceId);
    const now = daemon.clock.now();
    await book.act(() => {
      const before = this.#find(file.path);
      const base: KeptTask = before ?? this.#create({ file, workspaceId, roleId, now });
      const isAtWork = book.activeRuns(base.id).some(({ state }) => state !== 'waiting');
      const task = changed(base, { ...file, parsed: this.#refusing(file) }, isAtWork);
      return task === base ? undefined : { tasks: [task] };
    });
  }

  #find(path: string): KeptTask | undefined {
    return this.#context.book
      .list()
      .find(({ source }) => source.kind === 'file' && source.path === path);
  }

  /** What an agent of a file cannot do is a problem of the file. */
  #refusing({ parsed }: Found): ParsedFile {
    if (!parsed.ok || parsed.fields.work.kind !== 'prompt') return parsed;
    const { agent, away } = parsed.fields.work;
    try {
      this.#context.nouns.chats.refuseUnable(agent, away);
      return parsed;
    } catch (error) {
      return { ok: false, problem: error instanceof Error ? error.message : String(error) };
    }
  }

  #create({
    file,
    workspaceId,
    roleId,
    now,
  }: Pick<KeptTask, 'workspaceId' | 'roleId'> & {
    readonly file: Found;
    readonly now: number;
  }): KeptTask {
    const at = new Date(now).toISOString();
    return {
      ...nothing,
      ...{ workspaceId, roleId, ownerDaemonId: this.#context.daemon.daemonId },
      id: taskIdSchema.parse(createUuid(now)),
      ...{ cwd: file.root, environment: {}, assignee: null, continueAfterLimit: false },
      ...{ parentId: null, state: { status: 'draft' }, paused: false, nextRunAt: null },
      ...{ nextDueAt: null, lastRun: null, results: [], progress: null },
      source: { kind: 'file', path: file.path, problem: null, changed: false },
      ...{ createdAt: at, updatedAt: at, revision: 0, by: 'file', idempotencyKey: null },
      ...{ worktreePath: null, file: { enabledHash: null, hash: '' } },
    };
  }
}

/**
 * The task as its file says now: off, unless it is what a person enabled. What is at work ends as it began: until then
 * nothing of the file is taken, and its hash stays, so that it is read again.
 */
function changed(task: KeptTask, { path, hash, parsed }: Found, isAtWork: boolean): KeptTask {
  const enabledHash = task.file?.enabledHash ?? null;
  const isOther = isOtherThanEnabled(task, hash);
  if (isAtWork) return withChanged(task, isOther);
  const source = {
    ...{ kind: 'file' as const, path, problem: problemIn(parsed) },
    changed: isOther,
  };
  const file = { enabledHash, hash };
  if (!parsed.ok) {
    const title = basename(path, '.md').slice(0, titleMaxChars);
    return { ...off(task), ...nothing, title, cwd: task.cwd, source, file };
  }
  if (enabledHash !== hash) return { ...off(task), ...parsed.fields, source, file };
  // What stands in the task may be of another content, or of none.
  const isSame = task.file?.hash === hash && problemOf(task) === null;
  return { ...task, ...(isSame ? {} : parsed.fields), source, file };
}

/** Nothing of the file is to be taken or told. */
function isAsRead(task: KeptTask, { hash, parsed }: Found): boolean {
  const isTold = withChanged(task, isOtherThanEnabled(task, hash)) === task;
  return isTold && task.file?.hash === hash && problemOf(task) === problemIn(parsed);
}

function isOtherThanEnabled({ file }: KeptTask, hash: string): boolean {
  const enabledHash = file?.enabledHash ?? null;
  return enabledHash !== null && enabledHash !== hash;
}

function withChanged(task: KeptTask, isOther: boolean): KeptTask {
  const { source } = task;
  if (source.kind !== 'file' || source.changed === isOther) return task;
  return { ...task, source: { ...source, changed: isOther } };
}

function withoutFile(task: KeptTask): KeptTask {
  const { source } = task;
  const problem = 'Its file is not there any more, or its folder is not trusted.';
  return {
    ...off(task),
    source: source.kind === 'file' ? { ...source, problem } : source,
    file: { enabledHash: null, hash: '' },
  };
}

/** What runs ends as it began; nothing else starts. */
function off(task: KeptTask): KeptTask {
  const moved = reduceTask(task.state, { kind: 'disabled' });
  return {
    ...task,
    state: moved.ok ? moved.state : task.state,
    ...{ nextRunAt: null, nextDueAt: null },
  };
}

function problemIn(parsed: ParsedFile): string | null {
  return parsed.ok ? null : parsed.problem;
}

function problemOf({ source }: KeptTask): string | null {
  return source.kind === 'file' ? source.problem : null;
}

async function findIn(root: string, now: number): Promise<Found[]> {
  const directory = join(root, folder);
  const isThere = await isPlainFolder(join(root, '.waggle'), directory);
  const names = isThere ? (await readdir(directory)).filter((name) => name.endsWith('.md')) : [];
  const found = await Promise.all(
    names.slice(0, mostFiles).map(async (name): Promise<Found[]> => {
      const path = join(directory, name);
      const bytes = await readPlain(path);
      if (bytes === undefined) return [];
      const hash = createHash('sha256').update(bytes).digest('hex');
      const place = { root, name: basename(name, '.md'), now };
      return [{ path, root, hash, parsed: parseTaskFile(bytes.toString('utf8'), place) }];
    }),
  );
  return found.flat();
}

/** Links lead elsewhere: they are not followed. */
async function isPlainFolder(...paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(paths.map((path) => lstat(path).catch(nothingThere)));
  return found.every((each) => each?.isDirectory() === true);
}

async function readPlain(path: string): Promise<Buffer | undefined> {
  const found = await lstat(path).catch(nothingThere);
  if (found?.isFile() !== true || found.size > fileMaxBytes) return undefined;
  return readFile(path).catch(nothingThere);
}

function nothingThere(): undefined {
  return undefined;
}
