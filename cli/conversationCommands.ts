/** The commands that take over what began elsewhere: conversations of agents, panes of tmux, transcripts. */
import { counted, option } from './command.ts';
import { CommandError } from './output/output.ts';
import type { CommandSpec } from './command.ts';

const load = () => import('./conversation/conversation.ts');
const loadPane = () => import('./pane/pane.ts');

export const conversationCommands: readonly CommandSpec[] = [
  {
    name: 'adopt',
    summary: 'go on with the conversation of an agent, or mirror a tmux pane',
    words: ['[what]'],
    options: [
      option('--tmux', 'a pane of tmux (%3 or main:0.1); its process stays there'),
      option('--resize', 'with --tmux: give the pane the size of this terminal'),
      option('--wait', 'wait until the process that is in the conversation has ended'),
      option('--cwd <directory>', 'where it goes on, when not where it was held'),
      option('--agent <id>', 'claude or codex'),
      option('--detach', 'do not show it'),
      counted('--limit <number>', 'how many are listed (default: 20)'),
    ],
    run: async (context, input) => {
      const pane = { reference: input.findWord(0), resize: input.has('resize') };
      if (input.has('tmux'))
        return (await loadPane()).mirrorPane(context, { ...pane, detach: input.has('detach') });
      return (await load()).adoptConversation(context, {
        reference: input.findWord(0),
        agent: input.find('agent'),
        cwd: input.find('cwd'),
        wait: input.has('wait'),
        detach: input.has('detach'),
        limit: input.findCount('limit') ?? 20,
      });
    },
  },
  {
    name: 'import',
    summary: 'read an agent’s transcript into the history, or into a chat',
    words: ['[file-or-id]'],
    options: [
      option('--agent <id>', 'claude or codex, when the file does not say it'),
      option('--chat', 'into a chat, which can be searched and gone on with'),
      option('--all', 'every conversation that is there, into chats'),
    ],
    run: async (context, input) => {
      const reference = input.findWord(0);
      const isAll = input.has('all');
      if ((reference === undefined) !== isAll)
        throw new CommandError('usage', 'Name one, or give --all.', 'waggle import --help');
      return (await load()).importConversation(context, {
        ...{ reference, agent: input.find('agent') },
        isChat: isAll || input.has('chat'),
      });
    },
  },
  {
    name: 'mirror-pane',
    summary: 'what runs in the session of a mirrored pane',
    words: ['<socket>', '<pane>'],
    options: [option('--resize', 'give the pane the size of this terminal')],
    hidden: true,
    run: async (_context, input) =>
      (await loadPane()).runMirror({
        socket: input.getWord(0),
        pane: input.getWord(1),
        resize: input.has('resize'),
      }),
  },
];
