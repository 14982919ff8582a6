/** What the page knows and what it does with it. The views draw it and call it; nothing here knows the document. */
import type { Draft, FromPage, SameAsk, Suggestion, ToPage } from '../../protocol/chat/chatPage.ts';
import { partsMost } from '../../protocol/chat/chatPage.ts';
import type { Chat, QueuedMessage } from '../../protocol/chat/chat.ts';
import type { Entry, EntryContent } from '../../protocol/chat/entry.ts';
import type { Permission } from '../../protocol/chat/permission.ts';
import { Heights } from './heights.ts';
import { Journal } from './journal.ts';
import type { Problem } from './problem.ts';
import { findExcess } from './problem.ts';
import { guessHeight, shapeOf } from './shape.ts';
import { t, useWords } from './words.ts';

type Opened = Extract<ToPage, { type: 'opened' }>;
type Replies = {
  pageRead: Extract<ToPage, { type: 'pageRead' }>;
  found: Extract<ToPage, { type: 'found' }>;
  suggested: Extract<ToPage, { type: 'suggested' }>;
  imageRead: Extract<ToPage, { type: 'imageRead' }>;
  contextRead: Extract<ToPage, { type: 'contextRead' }>;
};
type Question = Extract<FromPage, { id: number }>;
type WithoutId<Q> = Q extends unknown ? Omit<Q, 'id'> : never;

export interface OpenAsk {
  readonly position: number;
  readonly permission: Permission;
  /** When it appeared or changed, in milliseconds of the page's clock. */
  readonly sinceMs: number;
}

export interface ModelEdges {
  readonly post: (message: FromPage) => void;
  readonly changed: () => void;
  readonly announce: (text: string) => void;
  readonly now: () => number;
}

const pageSize = 100;
const guess = 40;

export class ChatModel {
  readonly journal = new Journal();
  readonly heights = new Heights();
  readonly opened: Opened;
  readonly #edges: ModelEdges;
  readonly #waiting = new Map<number, (reply: ToPage) => void>();
  readonly #reading = new Map<number, Promise<void>>();
  /** Where a page was asked for and did not come: asked for again when something else is looked at. */
  readonly #unread = new Set<number>();
  #looked = '';
  readonly #askedSince = new Map<string, number>();
  readonly #same = new Map<string, readonly SameAsk[]>();
  #ids = 0;
  chat: Chat;
  name: string;
  isConnected = true;
  problem: Problem | undefined;
  draft: Draft;
  /** Counts up when the person said something: who does that looks at the end. */
  sends = 0;
  /** Counts up when the draft was changed by something else than typing. */
  draftVersion = 0;
  /** Prompts on their way. */
  readonly #sending = new Map<string, Draft>();

  constructor(opened: Opened, edges: ModelEdges) {
    useWords(opened.words);
    this.opened = opened;
    this.#edges = edges;
    this.chat = opened.chat;
    this.name = opened.name;
    this.draft = opened.draft;
    this.journal.noteRevision(opened.revision);
    this.#extend(opened.chat.end);
    for (const entry of opened.entries) this.#put(entry);
  }

  get asks(): OpenAsk[] {
    return this.chat.asking.flatMap((position) => {
      const entry = this.journal.get(position);
      if (entry === undefined) this.readAround(position);
      if (entry?.content.kind !== 'permission') return [];
      const { permission } = entry.content;
      return permission.state === 'open'
        ? [{ position, permission, sinceMs: this.#sinceOf(permission) }]
        : [];
    });
  }

  get isWorking(): boolean {
    return this.chat.turn !== null;
  }

  sameAs({ permissionId }: Permission): readonly SameAsk[] {
    const known = this.#same.get(permissionId);
    if (known === undefined) {
      this.#same.set(permissionId, []);
      this.#edges.post({ type: 'same', permissionId });
    }
    return known ?? [];
  }

  /** Paths of the session's folder begin in it. A command stays as it is. */
  shorten(line: string): string {
    const { folder } = this.opened;
    if (folder === '' || line.startsWith('$')) return line;
    return line.replaceAll(`${folder}/`, '').replaceAll(`${folder}\\`, '');
  }

  /** Which one, and how many chats ask it. */
  describeAsk(permission: Permission): string {
    const { permissionId, ask } = permission;
    return ask === 'tool' ? `${permissionId}+${this.sameAs(permission).length}` : permissionId;
  }

  take(message: ToPage): void {
    switch (message.type) {
      case 'chatChanged':
        this.#takeChat(message.chat, message.name);
        break;
      case 'entryChanged':
        this.#announceEntry(message.entry);
        this.#put(message.entry);
        break;
      case 'appended':
        if (this.journal.append(message) === 'gap') this.readAround(message.position);
        break;
      case 'caughtUp':
        this.#catchUp(message);
        break;
      case 'connection':
        this.isConnected = message.isConnected;
        break;
      case 'sameAsked':
        this.#same.set(message.permissionId, message.others);
        break;
      case 'failed':
        this.#fail(message);
        break;
      case 'sent':
        this.#sending.delete(message.messageId);
        break;
      case 'added':
        this.#add(message.draft);
        break;
      default:
        if ('id' in message) this.#waiting.get(message.id)?.(message);
    }
    this.#edges.changed();
  }

  post(message: FromPage): void {
    this.#edges.post(message);
  }

  /** Asks the editor, which answers with a message of type `reply`. */
  ask<R extends keyof Replies>(_reply: R, question: WithoutId<Question>): Promise<Replies[R]> {
    const id = (this.#ids += 1);
    return new Promise((resolve) => {
      this.#waiting.set(id, (message) => {
        this.#waiting.delete(id);
        resolve(message as Replies[R]);
      });
      this.#edges.post({ ...question, id } as FromPage);
    });
  }

  async suggest(query: string): Promise<readonly Suggestion[]> {
    return (await this.ask('suggested', { type: 'suggest', query })).items;
  }

  readAround(position: number): void {
    const above = Math.max(1, position - pageSize / 2);
    this.#readFirst(position, [position, above], above);
  }

  /** What is missing between two positions, a page of it. */
  readHole(first: number, last: number): void {
    const looked = `${first} ${last}`;
    if (looked !== this.#looked) this.#unread.clear();
    this.#looked = looked;
    const hole = this.journal.findHole(first, last);
    if (hole === undefined) return;
    const above = Math.max(1, hole.to - pageSize + 1);
    this.#readFirst(hole.from, [hole.from - 1, above], above);
  }

  /**
   * With what stands above it, but where one of `known` is there already: a page is cut where it gets too long, and the
   * one from above ended before what is wanted.
   */
  #readFirst(wanted: number, known: readonly number[], above: number): void {
    const goesOn = known.some((at) => this.journal.get(at) !== undefined);
    const from = goesOn ? wanted : above;
    if (!this.#unread.has(from)) void this.read(from);
  }

  /** Reads a page that begins at `from`; one that is on its way is not asked for again. */
  read(from: number): Promise<void> {
    const reading = this.#reading.get(from) ?? this.#readPage(from);
    this.#reading.set(from, reading);
    return reading;
  }

  async #readPage(from: number): Promise<void> {
    const { entries } = await this.ask('pageRead', { type: 'read', from, limit: pageSize });
    this.#reading.delete(from);
    for (const entry of entries) this.#put(entry);
    if (this.journal.get(from) === undefined) this.#unread.add(from);
    this.#edges.changed();
  }

  /** Reads from `from` on until `position` is there, however many pages that takes. */
  async #readTo(position: number, from: number): Promise<void> {
    let next = from;
    while (this.journal.get(position) === undefined) {
      while (this.journal.get(next) !== undefined) next += 1;
      await this.read(next);
      if (this.journal.get(next) === undefined) return;
    }
  }

  /** The nearest prompt before or after a position; reads what is not there. */
  async findPrompt(position: number, step: 1 | -1): Promise<number | undefined> {
    let at = position + step;
    while (at >= 1 && at <= this.journal.end) {
      if (this.journal.get(at) === undefined)
        await this.#readTo(at, step > 0 ? at : Math.max(1, at - pageSize + 1));
      if (this.journal.get(at) === undefined) return undefined;
      if (this.journal.get(at)?.content.kind === 'prompt') return at;
      at += step;
    }
    return undefined;
  }

  setDraft(draft: Draft, isTyped: boolean): void {
    this.draft = draft;
    if (!isTyped) this.draftVersion += 1;
    this.post({ type: 'draft', draft });
    this.#edges.changed();
  }

  /** Sends what is written; it comes back when that fails, and stays when it is too much. */
  send(messageId: string, isSteering: boolean): void {
    const { text, parts } = this.draft;
    const attachments = parts.flatMap(({ image }) => (image === undefined ? [] : [image]));
    const told = [text.trimEnd(), ...parts.map((part) => part.text)].filter(Boolean).join('\n\n');
    if (told === '' && attachments.length === 0) return;
    const excess = findExcess(told, attachments);
    if (excess !== undefined) return this.showProblem(excess);
    this.#sending.set(messageId, this.draft);
    this.sends += 1;
    this.problem = undefined;
    this.post({ type: 'send', messageId, text: told, attachments, isSteering });
    this.setDraft({ text: '', parts: [] }, false);
  }

  /**
   * What waits last is returned, to be changed in its place: its pictures are with the daemon, and it may be said any
   * moment. Where nothing waits the last prompt is in the draft again.
   */
  editLast(): QueuedMessage | undefined {
    const waiting = this.chat.queue.at(-1);
    if (waiting !== undefined) return waiting;
    const isPrompt = ({ content }: Entry): boolean => content.kind === 'prompt';
    const content = this.journal.find(this.journal.end, -1, isPrompt)?.content;
    if (content?.kind === 'prompt') this.setDraft({ ...this.draft, text: content.text }, false);
    return undefined;
  }

  dismissProblem(): void {
    this.problem = undefined;
    this.#edges.changed();
  }

  say(text: string): void {
    this.#edges.announce(text);
  }

  showProblem(problem: Problem): void {
    this.problem = problem;
    this.#edges.announce(problem.text);
    this.#edges.changed();
  }

  #sinceOf({ permissionId, hash }: Permission): number {
    const key = `${permissionId} ${hash}`;
    const since = this.#askedSince.get(key) ?? this.#edges.now();
    this.#askedSince.set(key, since);
    return since;
  }

  #takeChat(chat: Chat, name: string): void {
    if (chat.state !== this.chat.state) this.#announceState(chat);
    this.chat = chat;
    this.name = name;
    this.#extend(chat.end);
  }

  #catchUp({ chat, entries, isPartial, revision }: Extract<ToPage, { type: 'caughtUp' }>): void {
    if (isPartial) {
      this.journal.clear();
      this.heights.clear();
      this.#reading.clear();
    }
    this.#unread.clear();
    this.chat = chat;
    this.isConnected = true;
    this.journal.noteRevision(revision);
    this.#extend(chat.end);
    for (const entry of entries) this.#put(entry);
  }

  #extend(end: number): void {
    this.journal.extend(end);
    this.heights.grow(this.journal.end, guess);
  }

  #put(entry: Entry): void {
    const wasKnown = this.journal.get(entry.position) !== undefined;
    if (!this.journal.put(entry)) return;
    this.heights.grow(this.journal.end, guess);
    const { position } = entry;
    if (shapeOf(this.journal, position).kind === 'hidden') this.heights.set(position, 0);
    else if (!wasKnown) this.heights.set(position, guessHeight(entry));
    if (shapeOf(this.journal, position + 1).kind === 'hidden') this.heights.set(position + 1, 0);
  }

  #fail({ text, fix, messageId }: Extract<ToPage, { type: 'failed' }>): void {
    this.problem = { text, fix };
    this.#edges.announce(text);
    const lost = messageId === null ? undefined : this.#sending.get(messageId);
    if (lost === undefined) return;
    this.#sending.delete(messageId ?? '');
    this.#add(lost);
  }

  #add({ text, parts }: Draft): void {
    const joined = [this.draft.text, text].filter((one) => one !== '').join('\n');
    this.setDraft(
      { text: joined, parts: [...this.draft.parts, ...parts].slice(0, partsMost) },
      false,
    );
  }

  #announceState(chat: Chat): void {
    const { agent } = this.opened;
    if (chat.state === 'working' && this.chat.turn === null) this.say(t('{0} is working', agent));
    if (chat.state === 'asking') this.say(t('{0} asks for your answer', agent));
  }

  /** What is over is told once: what came piece by piece, how a turn ended. */
  #announceEntry({ position, isOpen, content }: Entry): void {
    const known = this.journal.get(position);
    if (isOpen || (known !== undefined && !known.isOpen)) return;
    const said = spokenOf(content, this.opened.agent);
    if (said !== '') this.say(said);
  }
}

const spokenMax = 600;

function spokenOf(content: EntryContent, agent: string): string {
  switch (content.kind) {
    case 'text':
      return content.text.slice(0, spokenMax);
    case 'error':
      return t('Error: {0}', content.text.slice(0, spokenMax));
    case 'turnEnded':
      return content.outcome === 'completed' ? t('{0} is done', agent) : content.reason;
    default:
      return '';
  }
}
