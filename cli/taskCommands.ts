/** The commands about work that is handed out. */
import { counted, option, repeated } from './command.ts';
import type { CommandSpec, Input } from './command.ts';

const load = () => import('./task/task.ts');
const loadService = () => import('./service/service.ts');

const wishes = [
  option('--prompt <text>', 'what an agent is to do; - reads it from standard input'),
  option('--agent <id>', 'which one; claude when it is left out'),
  option('--model <id>', 'its model'),
  option('--away <right>', 'what it may do when nobody is there: read-only, edit, ask'),
  option('--description <text>', 'for people'),
  option('--cwd <folder>', 'where it works; here when it is left out'),
  option('--worktree', 'in a worktree of its own'),
  option('--cron <pattern>', 'when: five fields, or six with seconds first'),
  option('--zone <zone>', 'with --cron: its time zone, as in Europe/Berlin'),
  option('--every <duration>', 'when: 15m, 2h, 1d'),
  option('--at <time>', 'when: once, as in 09:30 or 2026-12-01T09:30'),
  option(
    '--missed <policy>',
    'times missed while Waggle did not run: skip, once, or at most how many',
  ),
  option(
    '--overlap <policy>',
    'while the last run is not over: skip, queue, replace, or how many at once',
  ),
  option('--unknown <policy>', 'when nobody knows whether it ran: fail, retry'),
  option('--jitter <duration>', 'starts up to so much later'),
  option('--timeout <duration>', 'ends a run that takes longer'),
  counted('--retries <number>', 'after a failure'),
  option(
    '--check <command>',
    'repeats until this passes: a program and its arguments, separated by spaces',
  ),
  counted('--check-max <number>', 'at most so many rounds'),
  counted('--max-tokens <number>', 'ends a run that uses more'),
  option('--max-dollars <sum>', 'ends a run that costs more'),
  counted('--max-minutes <number>', 'ends a run, with all that follows from it, that takes longer'),
  option('--continue-after-limit', 'runs once more when the limit of the plan is reset'),
  option('--priority <priority>', 'low, medium, high, critical'),
  repeated('--label <label>', 'a word to find it by'),
  option('--assignee <role>', 'the role that works'),
  option('--review', 'a person must approve what it did'),
  repeated('--env <name=value>', 'a variable'),
  option('--parent <task>', 'the task that it is a part of'),
];

function wishOf(input: Input) {
  return {
    ...{ prompt: input.find('prompt'), agent: input.find('agent'), model: input.find('model') },
    ...{ away: input.find('away'), description: input.find('description'), cwd: input.find('cwd') },
    ...{ worktree: input.has('worktree'), cron: input.find('cron'), zone: input.find('zone') },
    ...{ every: input.find('every'), at: input.find('at'), missed: input.find('missed') },
    ...{ overlap: input.find('overlap'), unknown: input.find('unknown') },
    ...{ jitter: input.find('jitter'), timeout: input.find('timeout') },
    ...{ retries: input.findCount('retries'), check: input.find('check') },
    ...{ checkMax: input.findCount('checkMax'), tokens: input.findCount('maxTokens') },
    ...{ dollars: input.find('maxDollars'), minutes: input.findCount('maxMinutes') },
    ...{ continueAfterLimit: input.has('continueAfterLimit'), priority: input.find('priority') },
    ...{ labels: input.list('label'), assignee: input.find('assignee') },
    ...{
      review: input.has('review'),
      environment: input.list('env'),
      parent: input.find('parent'),
    },
  };
}

const wait = option('--wait', 'until it is over; the exit code says how it came out');

const writing: readonly CommandSpec[] = [
  {
    name: 'add',
    summary: 'hand out work: -- and a command, or --prompt',
    words: ['<title>', '[command...]'],
    options: [...wishes, option('--draft', 'it does not run until it is enabled')],
    run: async (context, input) => {
      await context.reach();
      return (await load()).addTask(context, {
        ...wishOf(input),
        ...{ title: input.getWord(0), command: input.listWords(1) },
        ...{ once: false, draft: input.has('draft') },
      });
    },
  },
  {
    name: 'edit',
    summary: 'change what it does or when; -- and another command',
    words: ['<task>', '[command...]'],
    options: [
      option('--title <title>', 'what it is called'),
      ...wishes,
      option('--no-schedule', 'it runs when you run it'),
    ],
    run: async (context, input) =>
      (await load()).editTask(context, {
        ...wishOf(input),
        ...{ reference: input.getWord(0), command: input.listWords(1) },
        ...{ title: input.find('title'), once: input.isOff('schedule') },
      }),
  },
];

const looking: readonly CommandSpec[] = [
  {
    name: 'list',
    alias: 'ls',
    summary: 'the tasks, those that wait for you first',
    options: [option('--all', 'what is done and cancelled too')],
    run: async (context, input) => (await load()).listTasks(context, { all: input.has('all') }),
  },
  {
    name: 'show',
    summary: 'what it does, when it comes next, its last runs and results',
    words: ['<task>'],
    run: async (context, input) => (await load()).showTask(context, input.getWord(0)),
  },
  {
    name: 'history',
    summary: 'its runs, or those of all tasks, newest first',
    words: ['[task]'],
    options: [
      counted('--limit <number>', 'at most so many'),
      option('--after <cursor>', 'older ones, from where the last page ended'),
      option('--output <run>', 'what this run wrote, instead'),
    ],
    run: async (context, input) =>
      (await load()).showHistory(context, {
        reference: input.findWord(0),
        limit: Math.min(500, Math.max(1, input.findCount('limit') ?? 50)),
        after: input.find('after'),
        output: input.find('output'),
      }),
  },
  {
    name: 'attach',
    summary: 'attach a result: a file, a link, a commit, a note',
    words: ['<task>', '<target>'],
    options: [
      option('--kind <kind>', 'file, link, commit, note'),
      option('--title <title>', 'its name'),
    ],
    run: async (context, input) =>
      (await load()).attachResult(context, {
        reference: input.getWord(0),
        target: input.getWord(1),
        kind: input.find('kind'),
        title: input.find('title'),
      }),
  },
];

const acting: readonly CommandSpec[] = [
  {
    name: 'run',
    summary: 'run it now; its schedule stays as it is',
    words: ['<task>'],
    options: [wait],
    run: async (context, input) =>
      (await load()).runTask(context, { reference: input.getWord(0), wait: input.has('wait') }),
  },
  {
    name: 'approve',
    summary: 'what it did is good',
    words: ['<task>', '[comment...]'],
    run: async (context, input) => (await load()).approveTask(context, spoken(input)),
  },
  {
    name: 'change',
    summary: 'say what is missing: the same conversation goes on with it',
    words: ['<task>', '<feedback...>'],
    options: [wait],
    run: async (context, input) =>
      (await load()).changeTask(context, { ...spoken(input), wait: input.has('wait') }),
  },
  {
    name: 'cancel',
    summary: 'end what runs of it and below it, and its schedule',
    words: ['<task>', '[comment...]'],
    run: async (context, input) => (await load()).cancelTask(context, spoken(input)),
  },
  {
    name: 'retry',
    summary: 'run one that failed, was cancelled or is blocked once more',
    words: ['<task>'],
    options: [wait],
    run: async (context, input) =>
      (await load()).retryTask(context, { reference: input.getWord(0), wait: input.has('wait') }),
  },
  {
    name: 'pause',
    summary: 'turn its schedule off, or on again',
    words: ['[task]'],
    options: [option('--off', 'on again'), option('--all', 'every schedule')],
    run: async (context, input) => {
      const paused = !input.has('off');
      const { pauseAll, pauseTask } = await load();
      if (input.has('all')) return pauseAll(context, { paused });
      return pauseTask(context, { reference: input.getWord(0), paused });
    },
  },
  {
    name: 'enable',
    summary: 'let a draft or a task file run, as it is now',
    words: ['<task>'],
    run: async (context, input) =>
      (await load()).enableTask(context, { reference: input.getWord(0) }),
  },
  {
    name: 'delete',
    alias: 'rm',
    summary: 'remove it, what is below it, and its history',
    words: ['<task>'],
    run: async (context, input) =>
      (await load()).deleteTask(context, { reference: input.getWord(0) }),
  },
];

function spoken(input: Input) {
  return { reference: input.getWord(0), comment: input.listWords(1).join(' ') };
}

export const taskCommands: readonly CommandSpec[] = [
  {
    name: 'task',
    summary: 'work that is handed out: now, once, or by a schedule',
    commands: [...writing, ...looking, ...acting],
  },
  {
    name: 'service',
    summary: 'whether Waggle, and with it your schedules, starts when you log in',
    commands: [
      {
        name: 'install',
        summary: 'start at login',
        run: async (context) => (await loadService()).installAtLogin(context),
      },
      {
        name: 'remove',
        summary: 'start only with the editor or the command',
        run: async (context) => (await loadService()).removeFromLogin(context),
      },
      {
        name: 'status',
        summary: 'what holds now',
        run: async (context) => (await loadService()).showService(context),
      },
    ],
  },
];
