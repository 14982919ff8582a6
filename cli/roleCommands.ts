/** The commands about who works. */
import { option } from './command.ts';
import type { CommandSpec, Input } from './command.ts';

const load = () => import('./role/role.ts');

const wishes = [
  option('--tag-line <text>', 'what it is for, in one line'),
  option('--tier <tier>', 'member, or lead'),
  option('--agent <id>', 'the agent it prefers, or any'),
  option('--model <name>', 'the model it prefers, or any'),
];

function wishOf(input: Input) {
  return {
    tagLine: input.find('tagLine'),
    tier: input.find('tier'),
    agent: input.find('agent'),
    model: input.find('model'),
  };
}

export const roleCommands: readonly CommandSpec[] = [
  {
    name: 'role',
    summary: 'who works: names with notes, facts and preferences of their own',
    commands: [
      {
        name: 'list',
        alias: 'ls',
        summary: 'the roles',
        options: [option('--all', 'default and archived ones too')],
        run: async (context, input) => (await load()).listRoles(context, { all: input.has('all') }),
      },
      {
        name: 'create',
        summary: 'make a role',
        words: ['<name>'],
        options: [
          ...wishes,
          option('--here', 'it works in this repository only'),
          option('--cwd <folder>', 'with --here: of another folder'),
        ],
        run: async (context, input) =>
          (await load()).createRole(context, {
            ...wishOf(input),
            name: input.getWord(0),
            here: input.has('here'),
            cwd: input.find('cwd'),
          }),
      },
      {
        name: 'change',
        summary: 'rename a role, or change what it prefers',
        words: ['<role>'],
        options: [option('--name <name>', 'what it is called'), ...wishes],
        run: async (context, input) =>
          (await load()).changeRole(context, {
            ...wishOf(input),
            name: input.find('name'),
            reference: input.getWord(0),
          }),
      },
      {
        name: 'archive',
        summary: 'nothing starts as it any more; its notes and facts stay',
        words: ['<role>'],
        run: async (context, input) =>
          (await load()).archiveRole(context, { reference: input.getWord(0), archived: true }),
      },
      {
        name: 'restore',
        summary: 'bring an archived role back',
        words: ['<role>'],
        run: async (context, input) =>
          (await load()).archiveRole(context, { reference: input.getWord(0), archived: false }),
      },
    ],
  },
];
