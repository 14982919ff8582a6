/** `waggle chat`: a chat line by line. What is typed is said, or answers what is asked; what begins with `:` is for us. */
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Chat } from '../../protocol/chat/chat.ts';
import type { Entry } from '../../protocol/chat/entry.ts';
import type { Permission } from '../../protocol/chat/permission.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes, toFailure } from '../output/output.ts';
import { linesOfAsked } from './entryLines.ts';
import { Following } from './following.ts';
import { Printing } from './printing.ts';
import { parseReply, repliesOf } from './reply.ts';

export interface TalkStreams {
  readonly input: NodeJS.ReadableStream;
  readonly write: (text: string) => void;
  /** A person sits there: what is asked can be answered. */
  readonly isPerson: boolean;
}

export interface Talk {
  readonly context: CommandContext;
  readonly link: DaemonLink;
  readonly chat: Chat;
  readonly environment: Record<string, string>;
  readonly streams: TalkStreams;
}

/** What was typed before it could be read is no answer. */
const readMs = 500;
const shownBefore = 20;
const help = [
  'Type to say something. While it works, what you type waits and is said next.',
  ':now <text>  says it at once        :queue  what waits      :drop <n>  removes one',
  ':interrupt (or Ctrl-C)              :stop   and hold what waits      :go  goes on',
  ':retry  says the last one again     :model <id>  :mode <id>  :context',
  ':quit (or Ctrl-D)  leaves; the chat goes on without you',
];

/** Resolves with the exit code when the person leaves. */
export async function talk(options: Talk): Promise<number> {
  const talking = new Talking(options);
  return talking.run();
}

class Talking {
  readonly #talk: Talk;
  readonly #printing: Printing;
  readonly #lines: Interface;
  readonly #done = Promise.withResolvers<number>();
  readonly #asked = new Map<string, Permission>();
  #chat: Chat;
  #shown: { readonly permission: Permission; readonly atMs: number } | undefined;
  #saying: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(options: Talk) {
    this.#talk = options;
    this.#chat = options.chat;
    const { write, input } = options.streams;
    this.#printing = new Printing({ paint: options.context.output.paint, write });
    this.#lines = createInterface({ input, terminal: false });
  }

  async run(): Promise<number> {
    const { link, chat, streams } = this.#talk;
    const interrupt = (): void => this.#onInterrupt();
    process.on('SIGINT', interrupt);
    link.onDidClose(() => this.#leave(exitCodes.unreachable));
    try {
      await Following.open(link, chat.sessionId, {
        last: shownBefore,
        events: {
          entry: (entry) => this.#onEntry(entry),
          appended: (entry) => this.#printing.appended(entry),
          changed: (changed) => this.#onChanged(changed),
        },
      });
      if (streams.isPerson) this.#note(':help says what else can be typed.');
      this.#lines.on('line', (line) => this.#enqueue(line));
      this.#lines.on('close', () => this.#onEnd());
      return await this.#done.promise;
    } finally {
      process.off('SIGINT', interrupt);
      this.#lines.close();
    }
  }

  #onEntry(entry: Entry): void {
    const { content } = entry;
    if (content.kind === 'permission') this.#onPermission(content.permission);
    this.#printing.entry(entry);
  }

  #onPermission(permission: Permission): void {
    const { permissionId, state } = permission;
    if (state === 'open') this.#asked.set(permissionId, permission);
    else this.#asked.delete(permissionId);
    if (this.#shown?.permission.permissionId === permissionId && state !== 'open')
      this.#shown = undefined;
    this.#showNext();
  }

  #showNext(): void {
    const [permission] = this.#asked.values();
    if (permission === undefined || this.#shown !== undefined) return;
    const { paint } = this.#talk.context.output;
    this.#printing.break();
    const { isPerson, write } = this.#talk.streams;
    const id = permission.permissionId.slice(0, 8);
    const way = isPerson
      ? repliesOf(permission)
      : `Answer it: waggle answer ${id} allow|deny|"text"`;
    write(`${[...linesOfAsked(permission, paint), paint(way, 'dim')].join('\n')}\n`);
    this.#shown = { permission, atMs: performance.now() };
  }

  #onChanged(chat: Chat): void {
    const wasPaused = this.#chat.paused;
    this.#chat = chat;
    if (chat.paused !== null && chat.paused !== wasPaused && chat.queue.length > 0)
      this.#note(`What waits is held: ${toPlainLine(chat.paused)}. :go goes on.`);
    if (this.#isOver) this.#leaveWhenQuiet();
  }

  #onEnd(): void {
    void this.#saying.then(() => {
      this.#isOver = true;
      if (this.#talk.streams.isPerson) this.#leave(exitCodes.ok);
      else this.#leaveWhenQuiet();
    });
  }

  /** Who was piped in waits for the end of what was said. */
  #leaveWhenQuiet(): void {
    const { turn, queue, paused } = this.#chat;
    if (turn === null && (queue.length === 0 || paused !== null)) this.#leave(exitCodes.ok);
  }

  #onInterrupt(): void {
    if (this.#chat.turn === null || this.#chat.state === 'stopping')
      return this.#leave(exitCodes.ok);
    this.#note('Interrupting; once more leaves.');
    this.#enqueue(':interrupt');
  }

  #leave(code: number): void {
    this.#printing.break();
    this.#done.resolve(code);
  }

  /** One after the other. */
  #enqueue(line: string): void {
    const said = (): Promise<void> => this.#take(line);
    const failed = (error: unknown): void => {
      const { message, fix } = toFailure(error);
      this.#note(`! ${toPlainLine(message, 500)}${fix === undefined ? '' : ` ${fix}`}`);
    };
    this.#saying = this.#saying.then(said).catch(failed);
  }

  async #take(line: string): Promise<void> {
    const text = line.trim();
    if (text === '') return;
    if (text.startsWith(':')) return this.#order(text.slice(1));
    const shown = this.#shown;
    if (shown === undefined || !this.#talk.streams.isPerson) return this.#say(text);
    if (performance.now() - shown.atMs < readMs)
      return this.#note('That was typed before it was asked: type it again.');
    const answer = parseReply(shown.permission, text);
    if (typeof answer === 'string') return this.#note(answer);
    const { permissionId, hash } = shown.permission;
    const { sessionId } = this.#chat;
    await this.#talk.link.call('chat/answer', { sessionId, permissionId, hash, answer });
  }

  async #say(text: string, now = false): Promise<void> {
    const { link, environment } = this.#talk;
    const { sessionId } = this.#chat;
    const message = { sessionId, messageId: randomUUID(), text, environment };
    const { chat } = await link.call(now ? 'chat/steer' : 'chat/send', message);
    this.#onChanged(chat);
  }

  async #order(line: string): Promise<void> {
    const [word = '', ...rest] = line.split(/\s+/);
    const about = rest.join(' ');
    const { link, environment } = this.#talk;
    const { sessionId } = this.#chat;
    switch (word) {
      case 'quit':
        return this.#leave(exitCodes.ok);
      case 'now':
        return this.#say(about, true);
      case 'interrupt':
        return void (await link.call('chat/interrupt', { sessionId }));
      case 'stop':
        return void (await link.call('chat/stop', { sessionId }));
      case 'go':
        return void (await link.call('chat/continue', { sessionId, environment }));
      case 'retry':
        return void (await link.call('chat/retry', { sessionId, environment }));
      case 'model':
        return this.#chosen(await link.call('chat/setModel', { sessionId, model: about }));
      case 'mode':
        return this.#chosen(await link.call('chat/setMode', { sessionId, mode: about }));
      default:
        return this.#tell(word, about);
    }
  }

  async #tell(word: string, about: string): Promise<void> {
    const { sessionId, queue } = this.#chat;
    const { link } = this.#talk;
    if (word === 'queue')
      return this.#note(
        queue.length === 0
          ? 'Nothing waits.'
          : queue.map(({ text }, at) => `${at + 1} ${toPlainLine(text, 100)}`).join('\n'),
      );
    if (word === 'drop') {
      const message = queue[Number(about) - 1];
      if (message === undefined) return this.#note('There is no such message: :queue lists them.');
      return void (await link.call('chat/removeQueued', { sessionId, messageId: message.id }));
    }
    if (word !== 'context') return this.#note(help.join('\n'));
    const { tokens, max, parts } = await link.call('chat/context', { sessionId });
    const lines = parts.map(({ name, tokens: of }) => `  ${of} ${toPlainLine(name, 80)}`);
    this.#note([`${tokens} of ${max} tokens`, ...lines].join('\n'));
  }

  #chosen({ chat }: { readonly chat: Chat }): void {
    this.#onChanged(chat);
    this.#note(`model ${chat.model ?? 'its own'}, mode ${chat.mode ?? 'its own'}`);
  }

  #note(text: string): void {
    this.#printing.break();
    const { streams, context } = this.#talk;
    if (streams.isPerson) streams.write(`${context.output.paint(text, 'dim')}\n`);
    else context.output.note(text);
  }
}
