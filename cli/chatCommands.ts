/** The commands about chats. */
import { counted, option } from './command.ts';
import type { CommandSpec } from './command.ts';

const load = () => import('./chat/chat.ts');

export const chatCommands: readonly CommandSpec[] = [
  {
    name: 'chat',
    summary: 'talk with an agent, line by line; a new chat, or one that is there',
    words: ['[what]'],
    options: [
      option('--name <name>', 'what a new one is called'),
      option('--cwd <directory>', 'where a new one works'),
      option('--model <id>', 'its model'),
      option('--mode <id>', 'what it may do unasked, in its own words'),
      option('--private', 'write nothing of it to disk; it is forgotten when it has ended'),
      option('--detach', 'begin it without opening it'),
    ],
    run: async (context, input) => {
      await context.reach();
      return (await load()).openChat(context, {
        what: input.findWord(0),
        name: input.find('name'),
        cwd: input.find('cwd'),
        model: input.find('model'),
        mode: input.find('mode'),
        private: input.has('private'),
        detach: input.has('detach'),
      });
    },
  },
  {
    name: 'switch',
    summary: 'go on with a conversation as a terminal or as a chat',
    words: ['<session>'],
    options: [
      option('--to <what>', 'terminal or chat; the other one when it is not said').choices([
        'terminal',
        'chat',
      ]),
      option('--after-turn', 'when the turn that runs is over'),
      option('--interrupt', 'now: the turn that runs is interrupted'),
      option('--cancel', 'leave it where it is after all'),
      option('--draft <text>', 'what stands in its composer there, not said yet'),
    ],
    run: async (context, input) => {
      await context.reach();
      return (await load()).switchSession(context, {
        reference: input.getWord(0),
        to: input.find('to'),
        afterTurn: input.has('afterTurn'),
        interrupt: input.has('interrupt'),
        cancel: input.has('cancel'),
        draft: input.find('draft'),
      });
    },
  },
  {
    name: 'answer',
    summary: 'answer what an agent asks in a chat; without an id, list it',
    words: ['[id]', '[answer...]'],
    options: [
      option('--always <pattern>', 'and allow what fits it without asking from now on'),
      option('--scope <scope>', 'of that: repository, or session').choices([
        'repository',
        'session',
      ]),
      option('--input <json>', 'allow it in this form instead'),
      option('--interrupt', 'with deny: end the turn too'),
    ],
    run: async (context, input) =>
      (await load()).answerAsked(context, {
        id: input.findWord(0),
        words: input.listWords(1),
        always: input.find('always'),
        scope: input.find('scope'),
        input: input.find('input'),
        interrupt: input.has('interrupt'),
      }),
  },
  {
    name: 'rules',
    summary: 'what agents in chats may do without asking',
    options: [option('--remove <id>', 'ask again from now on')],
    run: async (context, input) =>
      (await load()).showRules(context, { remove: input.find('remove') }),
  },
  {
    name: 'transcript',
    summary: 'print what was said and done in a chat',
    words: ['<session>'],
    options: [
      counted('--from <position>', 'from this entry on'),
      option('--whole', 'with what tools were given and gave back'),
      option('--markdown', 'as Markdown, to keep'),
    ],
    run: async (context, input) =>
      (await load()).showTranscript(context, {
        reference: input.getWord(0),
        from: input.findCount('from') ?? 1,
        whole: input.has('whole'),
        markdown: input.has('markdown'),
      }),
  },
];
