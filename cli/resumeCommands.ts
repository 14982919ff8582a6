/** The commands that bring something back, or take over what began elsewhere. */
import { option } from './command.ts';
import type { CommandSpec } from './command.ts';

const load = () => import('./session/session.ts');

export const resumeCommands: readonly CommandSpec[] = [
  {
    name: 'resume',
    summary: 'bring back what a restart interrupted; without a session, list it',
    words: ['[session...]'],
    options: [
      option('--all', 'everything that was interrupted'),
      option('--agents', 'the agents among it, in their conversations'),
    ],
    run: async (context, input) =>
      (await load()).resumeSessions(context, {
        references: input.listWords(0),
        all: input.has('all'),
        agents: input.has('agents'),
      }),
  },
];
