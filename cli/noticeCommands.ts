/** The commands by which a person is called, and hears what was missed. */
import { counted, option } from './command.ts';
import type { CommandSpec } from './command.ts';

const load = () => import('./notice/notice.ts');

export const noticeCommands: readonly CommandSpec[] = [
  {
    name: 'notify',
    summary: 'call the person; inside a session about that session',
    words: ['<message...>'],
    options: [
      option('--wait', 'until somebody opened or dismissed it'),
      option('--session <session>', 'about which session'),
    ],
    run: async (context, input) =>
      (await load()).notify(context, {
        message: input.listWords(0).join(' '),
        reference: input.find('session'),
        wait: input.has('wait'),
      }),
  },
  {
    name: 'wait',
    summary: 'end when a session asks, is idle, or ends',
    words: ['<session>'],
    options: [
      option('--until <what>', 'asks, idle or ends').makeOptionMandatory(),
      counted('--timeout <seconds>', 'how long at most'),
    ],
    run: async (context, input) =>
      (await load()).waitUntil(context, {
        reference: input.getWord(0),
        until: input.find('until') ?? '',
        timeoutSeconds: input.findCount('timeout'),
      }),
  },
  {
    name: 'notices',
    summary: 'what you were told, or spared, since you last asked',
    options: [option('--all', 'everything that is kept')],
    run: async (context, input) => (await load()).listNotices(context, { all: input.has('all') }),
  },
  {
    name: 'mute',
    summary: 'hear nothing of a session, or of anything',
    words: ['[session]'],
    options: [
      option('--for <duration>', '30m, 1h, 2d; else until it is taken back'),
      option('--off', 'take it back'),
    ],
    run: async (context, input) =>
      (await load()).mute(context, {
        reference: input.findWord(0),
        duration: input.find('for'),
        off: input.has('off'),
      }),
  },
];
