/** The commands about agents. */
import { option, repeated } from './command.ts';
import type { CommandSpec } from './command.ts';

const load = () => import('./agent/agent.ts');

export const agentCommands: readonly CommandSpec[] = [
  {
    name: 'agents',
    summary: 'which agents there are; name one that speaks the Agent Client Protocol',
    words: ['[command...]'],
    options: [
      option('--add <id>', 'name one, or name it anew; its program and arguments follow'),
      option('--label <label>', 'what it is called'),
      repeated('--env <key=value>', 'on top of its environment; ${env:NAME} stands for a variable'),
      option('--remove <id>', 'offer one no more that was named'),
    ],
    passThrough: true,
    run: async (context, input) =>
      (await load()).showAgents(context, {
        add: input.find('add'),
        label: input.find('label'),
        env: input.list('env'),
        command: input.listWords(0),
        remove: input.find('remove'),
      }),
  },
];
