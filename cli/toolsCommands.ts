/** The commands that give agents started elsewhere access, and those that take everything back. */
import { option } from './command.ts';
import type { CommandSpec } from './command.ts';

const load = () => import('./tools/tools.ts');

const yes = option('-y, --yes', 'do it unasked');

const ofTools: readonly CommandSpec[] = [
  {
    name: 'install',
    summary: 'write our entry into the files of agents, after showing what changes',
    words: ['[agent...]'],
    options: [yes],
    run: async (context, input) =>
      (await load()).installTools(context, { agents: input.listWords(0), yes: input.has('yes') }),
  },
  {
    name: 'check',
    summary: 'try each entry as its agent would',
    words: ['[agent...]'],
    run: async (context, input) =>
      (await load()).checkTools(context, { agents: input.listWords(0) }),
  },
  {
    name: 'remove',
    summary: 'take our entry out of the files of agents',
    words: ['[agent...]'],
    options: [yes],
    run: async (context, input) =>
      (await load()).removeTools(context, { agents: input.listWords(0), yes: input.has('yes') }),
  },
  {
    name: 'headers',
    summary: 'print what an agent sends with its requests',
    words: ['<agent>', '<port>'],
    hidden: true,
    run: async (context, input) =>
      (await load()).printHeaders(context, { agent: input.getWord(0), port: input.getWord(1) }),
  },
];

export const toolsCommands: readonly CommandSpec[] = [
  {
    name: 'tools',
    summary: 'give agents started elsewhere access to memory and tasks',
    commands: ofTools,
  },
  {
    name: 'uninstall',
    summary: 'take away everything that Waggle put on this machine',
    options: [
      option('--data', 'the data directory too: sessions, history, memory'),
      yes,
      option('--directory <directory>', 'where the command is (default: ~/.local/bin)'),
    ],
    run: async (context, input) =>
      (await import('./uninstall/uninstall.ts')).uninstall(context, {
        data: input.has('data'),
        yes: input.has('yes'),
        directory: input.find('directory'),
      }),
  },
];
