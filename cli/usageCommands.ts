/** The commands about what agents use, and about finding what is kept. */
import { usageGroups } from '../protocol/usage/usage.ts';
import type { UsageGroup } from '../protocol/usage/usage.ts';
import { counted, option } from './command.ts';
import type { CommandSpec } from './command.ts';

const load = () => import('./usage/usage.ts');
const loadSearch = () => import('./search/search.ts');

export const usageCommands: readonly CommandSpec[] = [
  {
    name: 'usage',
    summary: 'tokens and estimated costs of all agents',
    options: [
      option('--by <group>', 'session, repository, day (the default), agent or model').choices([
        ...usageGroups,
      ]),
      counted('--days <number>', 'so many days up to today (default: 30)'),
      option('--in <session>', 'only of this session'),
      option('--agent <id>', 'only of this agent'),
      counted('--limit <number>', 'at most so many rows'),
    ],
    run: async (context, input) =>
      (await load()).showUsage(context, {
        by: groupOf(input.find('by')),
        days: input.findCount('days') ?? 30,
        reference: input.find('in'),
        agent: input.find('agent'),
        limit: input.findCount('limit') ?? 100,
      }),
    commands: [
      {
        name: 'ceiling',
        summary: 'stop sessions at an amount ($5, 200k tokens); alone: list ceilings',
        words: ['[amount]'],
        options: [
          option('--per <what>', 'session (the default) or day').choices(['session', 'day']),
          option('--for <session>', 'only for this session, instead of what holds for each'),
          option('--remove <id>', 'let it be'),
        ],
        run: async (context, input) =>
          (await load()).changeCeiling(context, {
            amount: input.findWord(0),
            per: input.find('per') === 'day' ? 'day' : 'session',
            reference: input.find('for'),
            remove: input.find('remove'),
          }),
      },
      {
        name: 'price',
        summary: 'dollars for a million tokens of a model; alone: list prices',
        words: ['[model]', '[prices...]'],
        options: [option('--remove', 'what the list says again')],
        run: async (context, input) =>
          (await load()).changePrice(context, {
            model: input.findWord(0),
            numbers: input.listWords(1),
            remove: input.has('remove'),
          }),
      },
    ],
  },
  {
    name: 'search',
    summary: 'find words in chats and in the kept output of terminals',
    words: ['<words...>'],
    options: [
      option('--in <session>', 'only in this session'),
      option('--only <what>', 'chat or output').choices(['chat', 'output']),
      counted('--limit <number>', 'at most so many'),
    ],
    run: async (context, input) =>
      (await loadSearch()).searchEverything(context, {
        words: input.listWords(0),
        reference: input.find('in'),
        where: whereOf(input.find('only')),
        limit: input.findCount('limit') ?? 20,
      }),
  },
];

function groupOf(text: string | undefined): UsageGroup {
  return usageGroups.find((group) => group === text) ?? 'day';
}

function whereOf(text: string | undefined): 'chat' | 'output' | undefined {
  return text === 'chat' || text === 'output' ? text : undefined;
}
