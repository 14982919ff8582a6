/** The commands about sessions. */
import { counted, option, repeated } from './command.ts';
import type { CommandSpec, Input } from './command.ts';

const load = () => import('./session/session.ts');

const defaultDetachKey = 'ctrl-],d';
const detachKey = option(
  '--detach-key <keys>',
  `keys that leave the session running: ctrl-<key>[,<key>], or none (default: ${defaultDetachKey})`,
).env('WAGGLE_DETACH_KEY');

const keepText = 'of its output: none, tail or full';

function detachKeyOf(input: Input): string {
  return input.find('detachKey') ?? defaultDetachKey;
}

export const sessionCommands: readonly CommandSpec[] = [
  {
    name: 'new',
    summary: 'start a shell, an agent or a command, and show it',
    words: ['[command...]'],
    options: [
      option('--agent <id>', 'claude, codex, … or shell; gets what follows as arguments'),
      option('--role <role>', 'who works; its agent when none is named'),
      option('--name <name>', 'what it is called'),
      option('--cwd <directory>', 'where it starts'),
      repeated('--tag <tag>', 'a word to find it by'),
      repeated('--env <key=value>', 'on top of this environment'),
      option('--private', 'write nothing of it to disk; it is forgotten when it has ended'),
      option('--keep <what>', keepText),
      option('--detach', 'start it without showing it'),
      detachKey,
    ],
    passThrough: true,
    run: async (context, input) => {
      await context.reach();
      return (await load()).openSession(context, {
        command: input.listWords(0),
        agent: input.find('agent'),
        role: input.find('role'),
        name: input.find('name'),
        cwd: input.find('cwd'),
        tags: input.list('tag'),
        env: input.list('env'),
        private: input.has('private'),
        keep: input.find('keep'),
        detach: input.has('detach'),
        detachKey: detachKeyOf(input),
      });
    },
  },
  {
    name: 'list',
    alias: 'ls',
    summary: 'the sessions, those that need you first',
    options: [option('--all', 'what ended too')],
    run: async (context, input) => (await load()).listSessions(context, { all: input.has('all') }),
  },
  {
    name: 'attach',
    summary: 'show a session here; without one, choose from a list',
    words: ['[session]'],
    options: [option('--observe', 'watch only'), detachKey],
    run: async (context, input) => {
      await context.reach();
      return (await load()).attachSession(context, {
        reference: input.findWord(0),
        observe: input.has('observe'),
        detachKey: detachKeyOf(input),
      });
    },
  },
  {
    name: 'history',
    summary: 'print what a session wrote; without one, list what ended too',
    words: ['[session]'],
    options: [
      counted('--generation <number>', 'of which start of the session'),
      counted('--from <position>', 'from this byte on; a JSON page names the next one'),
    ],
    run: async (context, input) =>
      (await load()).showHistory(context, {
        reference: input.findWord(0),
        generation: input.findCount('generation'),
        start: input.findCount('from') ?? 0,
        write: (bytes) => new Promise((resolve) => process.stdout.write(bytes, () => resolve())),
      }),
  },
  {
    name: 'send',
    summary: 'type into a terminal, or say something in a chat',
    words: ['<session>', '[text...]'],
    options: [
      option('--enter', 'press Enter after it, in a terminal'),
      option('--take', 'also while another window is typing'),
      option('--now', 'in a chat: at once, not after what waits'),
      option('--wait', 'in a chat: until its turn is over, and print the answer'),
    ],
    run: async (context, input) => {
      const { findMeant, sendText } = await load();
      const meant = await findMeant(context, input.getWord(0));
      const words = input.listWords(1);
      if (meant.session.mode === 'pty')
        return sendText(context, meant, {
          words,
          enter: input.has('enter'),
          take: input.has('take'),
        });
      const chats = await import('./chat/chat.ts');
      return chats.sayInChat(context, meant, {
        words,
        input: process.stdin,
        now: input.has('now'),
        wait: input.has('wait'),
      });
    },
  },
  {
    name: 'kill',
    summary: 'end every process of a session',
    words: ['<session>'],
    run: async (context, input) => (await load()).killSession(context, input.getWord(0)),
  },
  {
    name: 'restart',
    summary: 'start the same command again in the same session',
    words: ['<session>'],
    run: async (context, input) => (await load()).restartSession(context, input.getWord(0)),
  },
  {
    name: 'rename',
    summary: 'name a session; without a name it is named by itself again',
    words: ['<session>', '[name]'],
    run: async (context, input) =>
      (await load()).renameSession(context, {
        reference: input.getWord(0),
        name: input.findWord(1),
      }),
  },
  {
    name: 'tag',
    summary: 'replace the tags of a session',
    words: ['<session>', '[tags...]'],
    run: async (context, input) =>
      (await load()).tagSession(context, {
        reference: input.getWord(0),
        tags: input.listWords(1),
      }),
  },
  {
    name: 'delete',
    summary: 'remove an ended session and everything kept of it',
    words: ['<session>'],
    run: async (context, input) => (await load()).deleteSession(context, input.getWord(0)),
  },
  {
    name: 'keep',
    summary: 'say or choose what stays of the output of a session',
    words: ['[session]', '[what]'],
    options: [
      option('--default', 'what later sessions get'),
      option('--days <number>', 'how long: a number of days, or forever'),
      counted('--size <MiB>', 'how much of the newest output, with tail'),
    ],
    run: async (context, input) => {
      const isDefault = input.has('default');
      return (await load()).keepOutput(context, {
        isDefault,
        reference: isDefault ? undefined : input.findWord(0),
        output: input.findWord(isDefault ? 0 : 1),
        days: input.find('days'),
        size: input.findCount('size'),
      });
    },
  },
  {
    name: 'top',
    summary: 'what sessions use of processor and memory, as it changes',
    options: [
      option('--once', 'print it once'),
      option('--sort <order>', 'cpu or mem').choices(['cpu', 'mem']),
    ],
    run: async (context, input) =>
      (await import('./top/top.ts')).showTop(context, {
        once: input.has('once'),
        order: input.find('sort') === 'mem' ? 'mem' : 'cpu',
      }),
  },
  {
    name: 'session-names',
    summary: 'names for completion',
    hidden: true,
    run: async (context) => (await load()).listNames(context),
  },
];
