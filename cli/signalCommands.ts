/** The commands about what state a session is in. */
import type { CommandSpec } from './command.ts';

export const signalCommands: readonly CommandSpec[] = [
  {
    name: 'why',
    summary: 'say who tells that a session is in its state, and what else was said',
    words: ['<session>'],
    run: async (context, input) =>
      (await import('./why/why.ts')).explainSession(context, input.getWord(0)),
  },
  {
    name: 'hook',
    summary: 'pass on what a hook of an agent reports',
    words: ['[agent]', '[report]', '[rest...]'],
    hidden: true,
    run: async (context, input) =>
      (await import('./hook/hook.ts')).reportHook(context, {
        agent: input.findWord(0),
        argument: input.findWord(1),
        stdin: process.stdin,
      }),
  },
];
