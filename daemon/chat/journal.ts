/**
 * The open end of a chat's journal: turns what an agent does into entries, and tells which of them changed. What is not
 * open any more leaves the memory with its turn; the whole journal is in the store.
 */
import type { Entry, EntryContent } from '../../protocol/chat/entry.ts';
import type { Permission } from '../../protocol/chat/permission.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { ChatEvent, ToolEvent, WrittenEvent } from '../provider/provider.ts';

/** An entry before it has a revision, with the key by which its agent names it. */
export interface OpenEntry extends Omit<Entry, 'revision'> {
  readonly key: string;
}

/** Text that came to the end of an open entry. */
export interface Appended {
  readonly position: number;
  readonly at: number;
  readonly text: string;
}

export interface JournalEvents {
  /** The entry is new or changed. */
  changed(entry: OpenEntry): void;
  /** Only text came to its end; told instead of `changed`. */
  appended(entry: OpenEntry, appended: Appended): void;
}

type Content<K extends EntryContent['kind']> = Extract<EntryContent, { kind: K }>;
type EntryOf<K extends EntryContent['kind']> = Omit<OpenEntry, 'content'> & {
  readonly content: Content<K>;
};

interface Place {
  readonly key: string;
  readonly isOpen: boolean;
  readonly parent?: string | undefined;
}

/** Of what a tool gave back the beginning and the end are kept. */
const outputMaxChars = 400_000;

export class Journal {
  readonly #events: JournalEvents;
  readonly #now: () => string;
  readonly #byKey = new Map<string, OpenEntry>();
  /** Of these the ones that may still change: few, however long a turn is. */
  readonly #open = new Map<string, OpenEntry>();
  #turn = 0;
  #end: number;

  constructor(
    kept: { readonly end: number; readonly turn: number; readonly entries: readonly OpenEntry[] },
    surroundings: { readonly events: JournalEvents; readonly now: () => string },
  ) {
    this.#events = surroundings.events;
    this.#now = surroundings.now;
    this.#end = kept.end;
    this.#turn = kept.turn;
    for (const entry of kept.entries) this.#keep(entry);
  }

  /** Position of the last entry. */
  get end(): number {
    return this.#end;
  }

  /** What may still change. */
  get open(): OpenEntry[] {
    return [...this.#open.values()];
  }

  find(key: string): OpenEntry | undefined {
    return this.#byKey.get(key);
  }

  /** What is asked and was not answered. */
  get asking(): EntryOf<'permission'>[] {
    return this.open.filter((entry) => isOf(entry, 'permission'));
  }

  /** Its agent asks no more. */
  withdraw(key: string): void {
    const asked = this.asking.find((entry) => entry.key === key);
    if (asked !== undefined) this.closeAsk(asked, 'superseded');
  }

  beginTurn(turn: number): void {
    this.#turn = turn;
    for (const [key, { isOpen }] of this.#byKey) if (!isOpen) this.#byKey.delete(key);
  }

  add(content: EntryContent, { key, isOpen, parent }: Place): OpenEntry {
    this.#end += 1;
    const about = parent === undefined ? undefined : this.#byKey.get(parent);
    const entry: OpenEntry = {
      ...{ key, isOpen, content },
      position: this.#end,
      turn: this.#turn,
      at: this.#now(),
      parent: about?.position ?? null,
    };
    this.#keep(entry);
    this.#events.changed(entry);
    return entry;
  }

  change(entry: OpenEntry, content: EntryContent, isOpen: boolean): OpenEntry {
    const changed = { ...entry, content, isOpen };
    this.#keep(changed);
    this.#events.changed(changed);
    return changed;
  }

  /** Events that stand in the journal; others are none of its business. */
  apply(event: ChatEvent): void {
    switch (event.type) {
      case 'text':
      case 'thinking':
        return this.#write(event);
      case 'tool':
        return this.#applyTool(event);
      case 'plan':
        return this.#put({ kind: 'plan', steps: [...event.steps] }, { ...event, isOpen: false });
      case 'notice':
        return this.#put(
          { kind: 'notice', text: toPlainLine(event.text, 1000) },
          { ...event, isOpen: false },
        );
      default:
        return;
    }
  }

  /** Nothing goes on after the end of a turn: what was open is closed as it is. */
  close(as: 'turn' | 'process'): void {
    for (const entry of this.open) {
      const { content } = entry;
      if (content.kind === 'tool') {
        const ms = this.#since(entry.at);
        this.change(entry, { ...content, status: 'cut', ms }, false);
      } else if (isOf(entry, 'permission')) this.closeAsk(entry, 'void');
      else if (content.kind !== 'prompt' || as === 'process') this.change(entry, content, false);
    }
  }

  closeAsk(entry: EntryOf<'permission'>, state: Permission['state']): OpenEntry {
    const permission = { ...entry.content.permission, state };
    return this.change(entry, { kind: 'permission', permission }, false);
  }

  #keep(entry: OpenEntry): void {
    this.#byKey.set(entry.key, entry);
    if (entry.isOpen) this.#open.set(entry.key, entry);
    else this.#open.delete(entry.key);
  }

  #put(content: EntryContent, place: Place): void {
    const known = this.#byKey.get(place.key);
    if (known === undefined) this.add(content, place);
    else this.change(known, content, place.isOpen);
  }

  #write(event: WrittenEvent): void {
    const { key, delta, full, isDone = false, type, parent } = event;
    const known = this.#byKey.get(key);
    const before = known !== undefined && isWritten(known) ? known.content.text : '';
    const text = full ?? before + (delta ?? '');
    const content: EntryContent =
      type === 'text' ? { kind: type, text } : { kind: type, text, ms: null };
    if (known === undefined) {
      // What is empty and over was never said.
      if (text !== '' || !isDone) this.add(content, { key, parent, isOpen: !isDone });
      return;
    }
    if (delta === undefined || isDone) return this.#finish(known, content);
    if (delta === '') return;
    const entry = { ...known, content };
    this.#keep(entry);
    this.#events.appended(entry, { position: entry.position, at: before.length, text: delta });
  }

  #finish(known: OpenEntry, content: EntryContent): void {
    const isThinking = content.kind === 'thinking';
    const finished = isThinking ? { ...content, ms: this.#since(known.at) } : content;
    this.change(known, finished, false);
  }

  #applyTool(event: ToolEvent): void {
    const { key, parent } = event;
    const known = this.#byKey.get(key);
    const before = known !== undefined && isOf(known, 'tool') ? known : undefined;
    // The end of one that an earlier turn began: its call is in the journal, closed.
    if (before === undefined && event.name === undefined) return;
    const content = this.#toolAfter(before, event);
    const isOpen = content.status === 'preparing' || content.status === 'running';
    if (before === undefined) this.add(content, { key, parent, isOpen });
    else this.change(before, content, isOpen);
  }

  #toolAfter(entry: EntryOf<'tool'> | undefined, event: ToolEvent): Content<'tool'> {
    const before = entry?.content ?? newTool;
    const { name = before.name, title, input = before.input, changes = before.changes } = event;
    const status = event.status ?? before.status;
    const isOver = status !== 'preparing' && status !== 'running';
    const output = event.output ?? before.output + (event.outputDelta ?? '');
    const fitting = fit(output);
    return {
      kind: 'tool',
      ...{ name: toPlainLine(name, 128), input, status, changes: [...changes] },
      title: toPlainLine(title ?? (before.title === '' ? name : before.title)),
      output: fitting.text,
      outputCut: before.outputCut + fitting.cut,
      ms: isOver && entry !== undefined ? (before.ms ?? this.#since(entry.at)) : before.ms,
    };
  }

  #since(at: string): number {
    return Math.max(0, Date.parse(this.#now()) - Date.parse(at));
  }
}

const newTool: Content<'tool'> = {
  kind: 'tool',
  ...{ name: '', title: '', input: '', output: '', outputCut: 0 },
  ...{ status: 'preparing', changes: [], ms: null },
};

function fit(text: string): { readonly text: string; readonly cut: number } {
  const cut = text.length - outputMaxChars;
  if (cut <= 0) return { text, cut: 0 };
  const half = outputMaxChars / 2;
  return { text: `${text.slice(0, half)}\n…\n${text.slice(-half)}`, cut };
}

function isWritten(entry: OpenEntry): entry is EntryOf<'text'> | EntryOf<'thinking'> {
  return isOf(entry, 'text') || isOf(entry, 'thinking');
}

/** Keys of one process are another's too. */
export function scopeTo<K extends { readonly key: string; readonly parent?: string | undefined }>(
  generation: number,
  event: K,
): K {
  const { key, parent } = event;
  const scoped = parent === undefined ? {} : { parent: `${generation}/${parent}` };
  return { ...event, key: `${generation}/${key}`, ...scoped };
}

/** Narrows an entry to one kind. */
export function isOf<K extends EntryContent['kind']>(
  entry: OpenEntry,
  kind: K,
): entry is EntryOf<K> {
  return entry.content.kind === kind;
}
