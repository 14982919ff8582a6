import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { UsageSource } from '../../protocol/usage/usage.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { Logger } from '../context.ts';
import type { SessionRow } from '../session/session.ts';
import type { StoreProxy } from '../store/store.ts';
import { dayOf } from './day.ts';
import { readFilePart } from './filePart.ts';
import type { LineReader, LinesRead } from './lineReaders.ts';
import { findLineReader, readLines } from './lineReaders.ts';
import { readOpencodeMessage } from './opencodeRecords.ts';
import type { Place, RecordFile } from './places.ts';
import { findGeminiProject, listPlaces, listRecordFiles } from './places.ts';
import type { Privacy } from './privacy.ts';
import type { LimitSeen, UsageRecord } from './record.ts';
import type { KeptFile, usageStore } from './usage.store.ts';

export interface ReadingContext {
  readonly log: Logger;
  readonly store: StoreProxy<typeof usageStore>;
  readonly sessions: () => readonly SessionRow[];
  readonly privacy: Privacy;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What one look may read: the rest comes with the next, the latest files first. */
const lookBytes = 48 * 1024 * 1024;
const rowsAtOnce = 500;
const linesAtOnce = 40;

interface Progress {
  files: number;
  unreadable: number;
  bytesLeft: number;
}

/** Reads what agents wrote since the last look, each byte once. Never changes a file of theirs. */
export class Reading {
  readonly #context: ReadingContext;
  readonly #known = new Map<string, KeptFile>();
  /** By path: as the file was when it was read to its end. */
  readonly #done = new Map<string, string>();
  #sources: UsageSource[] = [];
  #looking: Promise<boolean> | undefined;
  #budget = 0;
  #isStopped = false;

  constructor(context: ReadingContext) {
    this.#context = context;
  }

  load(files: readonly KeptFile[]): void {
    for (const file of files) this.#known.set(file.path, file);
  }

  /** As the last look found them. */
  get sources(): readonly UsageSource[] {
    return this.#sources;
  }

  get bytesLeft(): number {
    return this.#sources.reduce((sum, { bytesLeft }) => sum + bytesLeft, 0);
  }

  /** One look at everything; who asks while one runs gets that one. Resolves with whether something new was counted. */
  look(): Promise<boolean> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  /** A private session goes, and nobody knows its conversation: what was begun meanwhile may be its own. */
  async leaveOut({ agent, createdAt }: SessionRow): Promise<void> {
    const { environment, privacy } = this.#context;
    const places = listPlaces(environment, this.#context.sessions());
    for (const place of places.filter((one) => one.agent === agent)) {
      const { files } = await listRecordFiles(place);
      const since = files.filter(({ changedAtMs }) => changedAtMs >= Date.parse(createdAt));
      for (const { path } of since.filter((file) => !this.#known.has(file.path)))
        for (const id of idsIn(basename(path))) await privacy.add(agent, id);
    }
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#looking?.catch((error: unknown) => this.#tell(error));
  }

  async #look(): Promise<boolean> {
    const { environment, privacy } = this.#context;
    const rows = this.#context.sessions();
    await privacy.learn(rows);
    this.#budget = lookBytes;
    const sources: UsageSource[] = [];
    let isNew = false;
    for (const place of listPlaces(environment, rows)) {
      const progress: Progress = { files: 0, unreadable: 0, bytesLeft: 0 };
      isNew = (await this.#lookAt(place, progress)) || isNew;
      if (progress.files > 0 || progress.unreadable > 0) sources.push({ ...place, ...progress });
    }
    this.#sources = sources;
    return isNew;
  }

  async #lookAt(place: Place, progress: Progress): Promise<boolean> {
    const { files, unreadable } = await listRecordFiles(place);
    Object.assign(progress, { files: files.length, unreadable });
    let isNew = false;
    for (const file of files) {
      if (this.#isStopped) break;
      isNew = (await this.#readFile(file, progress)) || isNew;
    }
    return isNew;
  }

  async #readFile(file: RecordFile, progress: Progress): Promise<boolean> {
    const stamp = `${file.inode} ${file.bytes} ${file.changedAtMs}`;
    if (this.#done.get(file.path) === stamp || this.#isHeldBack(file)) return false;
    if (this.#budget <= 0) {
      const read = this.#known.get(file.path)?.position ?? 0;
      progress.bytesLeft += file.agent === 'opencode' ? 0 : Math.max(0, file.bytes - read);
      return false;
    }
    try {
      const isNew =
        file.agent === 'opencode'
          ? await this.#readRows(file)
          : await this.#readText(file, progress);
      if (this.#budget > 0) this.#done.set(file.path, stamp);
      return isNew;
    } catch (error) {
      // Gone meanwhile, busy, or not for us to read: the others count all the same.
      progress.unreadable += 1;
      this.#tell(error);
      return false;
    }
  }

  /** Nothing of a private session is written down, not even that its file was read. */
  #isHeldBack({ agent, path }: RecordFile): boolean {
    const { privacy, sessions } = this.#context;
    if (!this.#known.has(path) && privacy.isUnsure(agent, sessions())) return true;
    return idsIn(path).some((id) => privacy.has(agent, id)) || this.#isPrivateGemini(agent, path);
  }

  /** Its files are named by the beginning of an id. */
  #isPrivateGemini(agent: string, path: string): boolean {
    const part = /-([0-9a-f]{8})\.jsonl?$/.exec(path)?.[1];
    if (agent !== 'gemini' || part === undefined) return false;
    return this.#context
      .sessions()
      .some(
        (row) => row.private === true && row.conversations.some(({ id }) => id.startsWith(part)),
      );
  }

  async #readText(file: RecordFile, progress: Progress): Promise<boolean> {
    const { agent, path, inode, bytes } = file;
    const reader = findLineReader(agent);
    if (reader === undefined) return false;
    const kept = this.#known.get(path);
    const isSame = kept?.inode === inode && kept.position <= bytes;
    let position = isSame ? kept.position : 0;
    let state = isSame && isObject(kept.state) ? kept.state : await startOf(file, reader.start);
    let isNew = false;
    for (;;) {
      const { lines, next, rest } = await readFilePart(path, position);
      const read = await inSlices(reader, state, lines);
      const isOver = next === position;
      // A last line without its end is counted when it can be read; it is read again with its end.
      const last = rest === '' ? undefined : readLines(reader, read.state, [rest]);
      const records = [...read.records, ...(last?.records ?? [])];
      const limits = [...read.limits, ...(last?.limits ?? [])];
      state = read.state;
      this.#budget -= next - position + rest.length;
      position = next;
      const at = { path, agent, position, inode, state };
      if (!isOver || records.length > 0)
        isNew = (await this.#take({ agent, file: at, records, limits })) || isNew;
      if (isOver || this.#isStopped) return isNew;
      if (this.#budget <= 0) {
        progress.bytesLeft += Math.max(0, bytes - position);
        return isNew;
      }
    }
  }

  async #readRows(file: RecordFile): Promise<boolean> {
    const { agent, path, inode } = file;
    const kept = this.#known.get(path);
    const from = kept?.inode === inode && isObject(kept.state) ? kept.state : {};
    let { after, id } = { after: 0, id: '', ...from };
    let isNew = false;
    while (!this.#isStopped) {
      const rows = await this.#context.store.readOpencode({ path, after, id, limit: rowsAtOnce });
      const last = rows.at(-1);
      if (last === undefined) break;
      ({ time_updated: after, id } = last);
      const records = rows.flatMap((row) => readOpencodeMessage(row) ?? []);
      const at = { path, agent, inode, position: 0, state: { after, id } };
      isNew = (await this.#take({ agent, file: at, records, limits: [] })) || isNew;
    }
    return isNew;
  }

  async #take(part: {
    readonly agent: string;
    readonly file: KeptFile;
    readonly records: readonly UsageRecord[];
    readonly limits: readonly LimitSeen[];
  }): Promise<boolean> {
    const { store, privacy } = this.#context;
    const open = part.records.filter(({ conversation }) => !privacy.has(part.agent, conversation));
    const records = open.map((record) => ({ ...record, day: dayOf(Date.parse(record.at)) }));
    const { isNew } = await store.take({ ...part, records });
    this.#known.set(part.file.path, part.file);
    return isNew;
  }

  #tell(error: unknown): void {
    this.#context.log.debug('a record of an agent cannot be read', {
      reason: errorMessageOf(error),
    });
  }
}

/** Everybody else gets their turn in between. */
async function inSlices(
  reader: LineReader,
  start: object,
  lines: readonly string[],
): Promise<LinesRead> {
  const all: LinesRead = { state: start, records: [], limits: [] };
  let { state } = all;
  for (let at = 0; at < lines.length; at += linesAtOnce) {
    const read = readLines(reader, state, lines.slice(at, at + linesAtOnce));
    ({ state } = read);
    all.records.push(...read.records);
    all.limits.push(...read.limits);
    await setImmediate();
  }
  return { ...all, state };
}

function idsIn(path: string): string[] {
  return path.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? [];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

async function startOf({ agent, directory, path }: RecordFile, start: object): Promise<object> {
  if (agent !== 'gemini') return start;
  return { ...start, directory: await findGeminiProject(directory, path) };
}
