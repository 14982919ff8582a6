/** The commands about what is remembered. */
import { counted, option, repeated } from './command.ts';
import type { CommandSpec, Input } from './command.ts';

const load = () => import('./memory/memory.ts');

const cwd = option('--cwd <folder>', 'of another folder than this one');
const everywhere = option('--everywhere', 'of all repositories and roles');
const scopes = repeated('--scope <scope>', 'agent, repository, person or everywhere');
const types = repeated('--type <type>', 'belief, pattern, gotcha, preference or decision');

function whereOf(input: Input) {
  return { cwd: input.find('cwd'), everywhere: input.has('everywhere') };
}

function filterOf(input: Input) {
  return { ...whereOf(input), scopes: input.list('scope'), types: input.list('type') };
}

const looking: readonly CommandSpec[] = [
  {
    name: 'list',
    alias: 'ls',
    summary: 'notes and facts of this repository',
    options: [cwd, everywhere, scopes, types, option('--review', 'what nobody has looked at')],
    run: async (context, input) =>
      (await load()).listMemory(context, { ...filterOf(input), review: input.has('review') }),
  },
  {
    name: 'show',
    summary: 'a fact or note, where it is from, and what was done with it',
    words: ['<id-or-label>'],
    options: [cwd],
    run: async (context, input) =>
      (await load()).showRemembered(context, { ...whereOf(input), reference: input.getWord(0) }),
  },
  {
    name: 'search',
    summary: 'find facts',
    words: ['<words...>'],
    options: [cwd, everywhere, scopes, types, counted('--limit <number>', 'how many at most')],
    run: async (context, input) =>
      (await load()).searchFacts(context, {
        ...filterOf(input),
        query: input.listWords(0).join(' '),
        limit: input.findCount('limit'),
      }),
  },
  {
    name: 'recall',
    summary: 'what an agent would be told for a question; counts as a use',
    words: ['<words...>'],
    options: [cwd, counted('--limit <number>', 'how many at most')],
    run: async (context, input) =>
      (await load()).recallFacts(context, {
        ...whereOf(input),
        query: input.listWords(0).join(' '),
        limit: input.findCount('limit'),
      }),
  },
];

const changing: readonly CommandSpec[] = [
  {
    name: 'save',
    summary: 'remember a fact',
    words: ['<text...>'],
    options: [
      cwd,
      option('--type <type>', 'belief, pattern, gotcha, preference or decision'),
      option('--scope <scope>', 'agent, repository (as usual), person or everywhere'),
      option('--worktree', 'in this worktree only'),
      option('--outside', 'it is from the web, another program or another agent'),
      option('--supersedes <id>', 'the fact that it holds instead of'),
    ],
    run: async (context, input) =>
      (await load()).saveFact(context, {
        ...whereOf(input),
        text: input.listWords(0).join(' '),
        type: input.find('type'),
        scope: input.find('scope'),
        worktree: input.has('worktree'),
        outside: input.has('outside'),
        supersedes: input.find('supersedes'),
      }),
  },
  {
    name: 'edit',
    summary: 'change a fact or note in your editor (VISUAL, EDITOR)',
    words: ['<id-or-label>'],
    options: [cwd],
    run: async (context, input) =>
      (await load()).editRemembered(context, { ...whereOf(input), reference: input.getWord(0) }),
  },
  {
    name: 'forget',
    summary: 'forget facts; can be undone for 30 days',
    words: ['<ids...>'],
    options: [option('--forever', 'nothing of them stays on disk')],
    run: async (context, input) =>
      (await load()).forgetFacts(context, {
        references: input.listWords(0),
        forever: input.has('forever'),
      }),
  },
  {
    name: 'undo',
    summary: 'take back a change of facts or notes; without one your latest',
    words: ['[change]'],
    run: async (context, input) => (await load()).undoChange(context, input.findWord(0)),
  },
  {
    name: 'changes',
    summary: 'what was done with memory in the last 30 days',
    options: [counted('--limit <number>', 'how many at most')],
    run: async (context, input) => (await load()).listChanges(context, input.findCount('limit')),
  },
  {
    name: 'pin',
    summary: 'put facts first and keep them for good',
    words: ['<ids...>'],
    options: [option('--off', 'take it back')],
    run: async (context, input) =>
      (await load()).pinFacts(context, { references: input.listWords(0), off: input.has('off') }),
  },
  {
    name: 'promote',
    summary: 'let facts hold for more, or for less',
    words: ['<ids...>'],
    options: [
      cwd,
      option('--to <scope>', 'agent, repository, person, everywhere').makeOptionMandatory(),
    ],
    run: async (context, input) =>
      (await load()).promoteFacts(context, {
        ...whereOf(input),
        references: input.listWords(0),
        to: input.find('to') ?? '',
      }),
  },
  {
    name: 'worktree',
    summary: 'let the repository take the facts of one worktree, or drop them',
    words: ['<folder>', '<keep-or-drop>'],
    run: async (context, input) => {
      const { CommandError } = await import('./output/output.ts');
      const what = input.getWord(1);
      if (what !== 'keep' && what !== 'drop')
        throw new CommandError('usage', 'Keep or drop?', 'waggle memory worktree --help');
      const keep = what === 'keep';
      return (await load()).settleWorktree(context, { worktree: input.getWord(0), keep });
    },
  },
  {
    name: 'review',
    summary: 'look at what agents learned: keep it or not',
    options: [
      cwd,
      everywhere,
      repeated('--accept <id>', 'an id, or all'),
      repeated('--discard <id>', 'an id, or all'),
    ],
    run: async (context, input) =>
      (await load()).reviewFacts(context, {
        ...whereOf(input),
        accept: input.list('accept'),
        discard: input.list('discard'),
      }),
  },
];

const notes: readonly CommandSpec[] = [
  {
    name: 'note',
    summary: 'list the notes that stand in every prompt, show one, or add to it',
    words: ['[label]', '[text...]'],
    options: [
      cwd,
      option('--replace <old>', 'put the text in the place of this one'),
      option('--role', 'a new note is of your role, not of the repository'),
    ],
    run: async (context, input) =>
      (await load()).addToNote(context, {
        ...whereOf(input),
        label: input.findWord(0),
        text: input.listWords(1).join(' '),
        replace: input.find('replace'),
        role: input.has('role'),
      }),
  },
  {
    name: 'change-note',
    summary: 'rename, describe, limit, move or remove a note',
    words: ['<id-or-label>'],
    options: [
      cwd,
      option('--label <label>', 'what it is called'),
      option('--description <text>', 'what belongs in it'),
      counted('--limit <characters>', 'how much it holds'),
      counted('--position <number>', 'where it stands in the prompt'),
      option('--remove', 'remove it; can be undone'),
    ],
    run: async (context, input) =>
      (await load()).changeNote(context, {
        ...whereOf(input),
        reference: input.getWord(0),
        label: input.find('label'),
        description: input.find('description'),
        limit: input.findCount('limit'),
        position: input.findCount('position'),
        remove: input.has('remove'),
      }),
  },
  {
    name: 'prompt',
    summary: 'what is put into the prompt of agents that start here',
    options: [cwd],
    run: async (context, input) => (await load()).showPrompt(context, whereOf(input)),
  },
  {
    name: 'reach',
    summary: 'how notes reach each agent',
    run: async (context) => (await load()).showReach(context),
  },
];

const files: readonly CommandSpec[] = [
  {
    name: 'export',
    summary: 'print notes and facts as Markdown, or write a new file',
    words: ['[file]'],
    options: [cwd, everywhere, scopes],
    run: async (context, input) =>
      (await load()).exportMemory(context, {
        ...whereOf(input),
        file: input.findWord(0),
        scopes: input.list('scope'),
      }),
  },
  {
    name: 'import',
    summary: 'list what files of instructions hold, or take it over',
    words: ['[files...]'],
    options: [
      cwd,
      option('--yes', 'take them over'),
      option('--accept', 'you have read them: nothing waits for a review'),
      option('--scope <scope>', 'agent, repository (as usual), person or everywhere'),
    ],
    run: async (context, input) =>
      (await load()).importMemory(context, {
        ...whereOf(input),
        files: input.listWords(0),
        scope: input.find('scope'),
        yes: input.has('yes'),
        accept: input.has('accept'),
      }),
  },
  {
    name: 'write-section',
    summary: 'write notes into a marked section of a file that agents read',
    words: ['<file>'],
    options: [cwd, option('--remove', 'take it out'), option('--yes', 'do it; else it is shown')],
    run: async (context, input) =>
      (await load()).writeSection(context, {
        ...whereOf(input),
        file: input.getWord(0),
        remove: input.has('remove'),
        yes: input.has('yes'),
      }),
  },
  {
    name: 'embeddings',
    summary: 'find facts by meaning too: off, openai, ollama or transformers',
    words: ['[provider]'],
    options: [
      option('--url <address>', 'of the service, or default'),
      option('--model <name>', 'of the service, or default'),
      option('--key-variable <name>', 'environment variable of the daemon that holds the key'),
      option('--reindex', 'make all vectors again'),
    ],
    run: async (context, input) =>
      (await load()).setEmbeddings(context, {
        provider: input.findWord(0),
        url: input.find('url'),
        model: input.find('model'),
        keyVariable: input.find('keyVariable'),
        reindex: input.has('reindex'),
      }),
  },
];

export const memoryCommands: readonly CommandSpec[] = [
  {
    name: 'memory',
    summary: 'what agents remember here: notes and facts',
    commands: [...looking, ...changing, ...notes, ...files],
  },
];
