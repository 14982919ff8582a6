/**
 * The command line: which commands there are and what a line means. Each command's code is loaded when it is called, so
 * that none pays for the others.
 */
import { Command, CommanderError } from 'commander';
import { addCommands } from './command.ts';
import type { Choose, CommandSpec, Run } from './command.ts';
import { toPlainLine } from '../protocol/wire/printable.ts';
import type { CompletedCommand } from './completion/completion.ts';
import { agentCommands } from './agentCommands.ts';
import { chatCommands } from './chatCommands.ts';
import { conversationCommands } from './conversationCommands.ts';
import { daemonCommands } from './daemonCommands.ts';
import { fileCommands } from './fileCommands.ts';
import { memoryCommands } from './memoryCommands.ts';
import { mcpCommands } from './mcpCommands.ts';
import { noticeCommands } from './noticeCommands.ts';
import { CommandError, exitCodes } from './output/output.ts';
import { resumeCommands } from './resumeCommands.ts';
import { roleCommands } from './roleCommands.ts';
import { sessionCommands } from './sessionCommands.ts';
import { signalCommands } from './signalCommands.ts';
import { taskCommands } from './taskCommands.ts';
import { toolsCommands } from './toolsCommands.ts';
import { usageCommands } from './usageCommands.ts';

/** What a command line means, before anything of it was done. */
export type Parsed =
  | { readonly kind: 'run'; readonly json: boolean; readonly run: Run }
  /** Help or the version was printed. */
  | { readonly kind: 'shown' };

interface Shown {
  readonly version: () => string;
  /** Takes help and the version. */
  readonly write: (text: string) => void;
}

const completion: CommandSpec = {
  name: 'completion',
  summary: 'print the completion script of bash, zsh or fish',
  words: ['<shell>'],
  run: async ({ output }, input) => {
    const { createCompletion } = await import('./completion/completion.ts');
    const shell = input.getWord(0);
    const script = createCompletion(shell, describeCommands());
    output.result({ shell, script }, () => [script.trimEnd()]);
    return exitCodes.ok;
  },
};

const commands: readonly CommandSpec[] = [
  ...sessionCommands,
  ...resumeCommands,
  ...signalCommands,
  ...chatCommands,
  ...taskCommands,
  ...agentCommands,
  ...usageCommands,
  ...fileCommands,
  ...conversationCommands,
  ...noticeCommands,
  ...toolsCommands,
  ...memoryCommands,
  ...roleCommands,
  ...mcpCommands,
  ...daemonCommands,
  completion,
];

const exitCodesText =
  'Exit codes: 0 done, 1 failed, 2 wrong use, 3 not found, 4 no daemon, 5 refused, 6 ambiguous,\n' +
  '7 not in time, 8 not any more;\n' +
  'new and attach end with the exit code of the program that was shown.';

/** Understands a command line. Throws CommandError `usage`. */
export async function parseCommand(argv: readonly string[], shown: Shown): Promise<Parsed> {
  let chosen: { run: Run; json: boolean } | undefined;
  const named = findSpec(argv);
  const choose: Choose = (run, command) => {
    chosen = { run, json: command.optsWithGlobals()['json'] === true };
  };
  // To build what is not asked for costs as much as a connection.
  const program = createProgram(choose, named === undefined ? commands : [named]);
  const isVersion = argv.includes('--version') || argv.includes('-V');
  program.version(isVersion ? shown.version() : '', '-V, --version', 'print the version');
  configure(program, shown.write);
  refuseUnknown(program, argv);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    return endOf(error, program, argv);
  }
  return chosen === undefined ? { kind: 'shown' } : { kind: 'run', ...chosen };
}

/** The word of the line that names a command: the first that is no option. */
function findWord(argv: readonly string[]): string | undefined {
  return argv.find((candidate) => !candidate.startsWith('-'));
}

function findSpec(argv: readonly string[]): CommandSpec | undefined {
  const word = findWord(argv);
  return commands.find(({ name, alias }) => word !== undefined && [name, alias].includes(word));
}

function findCommand(program: Command, argv: readonly string[]): Command | undefined {
  const word = findWord(argv);
  return program.commands.find((command) => [command.name(), command.alias()].includes(word ?? ''));
}

function refuseUnknown(program: Command, argv: readonly string[]): void {
  const word = findWord(argv);
  if (word === undefined || word === 'help' || findCommand(program, argv) !== undefined) return;
  throw new CommandError(
    'usage',
    `There is no command "${toPlainLine(word, 64)}".`,
    `waggle --help; to run a program: waggle new -- ${toPlainLine(word, 64)}`,
  );
}

function endOf(error: unknown, program: Command, argv: readonly string[]): Parsed {
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0) return { kind: 'shown' };
  const isBareHelp = error.code === 'commander.help';
  const sentence = isBareHelp ? 'Which command?' : error.message.replace(/^error: /, '');
  const name = findCommand(program, argv)?.name();
  const message = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
  throw new CommandError(
    'usage',
    /[.?)]$/.test(message) ? message : `${message}.`,
    name === undefined ? 'waggle --help' : `waggle ${name} --help`,
  );
}

/** Errors are thrown and told in one place; help goes to stdout; `--json` is known to every command. */
function configure(command: Command, write: (text: string) => void): void {
  command.exitOverride();
  command.configureOutput({ writeOut: write, writeErr: dropText, outputError: dropText });
  command.option('--json', 'print one JSON document');
  command.addHelpText('after', `\n${exitCodesText}`);
  for (const child of command.commands) configure(child, write);
}

/** The same text comes in the error that is thrown. */
function dropText(): void {}

function createProgram(choose: Choose, specs: readonly CommandSpec[]): Command {
  const program = new Command('waggle');
  program
    .description('Agents and shells that keep running when the window is closed.')
    .usage('[command] [options]')
    .enablePositionalOptions()
    .action(() =>
      choose(async (context) => {
        const { listSessions } = await import('./session/session.ts');
        return listSessions(context, { all: false });
      }, program),
    );
  addCommands(program, specs, choose);
  return program;
}

/** Called by scripts of ours only. */
const inner = new Set(['session-names', 'hook']);

/** The commands as completion and documents read them. */
export function describeCommands(): CompletedCommand[] {
  const program = createProgram(dropText, commands);
  configure(program, dropText);
  return program.commands.filter((command) => !inner.has(command.name())).map(describe);
}

function describe(command: Command): CompletedCommand {
  return {
    name: command.name(),
    description: command.description(),
    options: command.options.flatMap(({ long, description }) =>
      typeof long === 'string' ? [{ long, description }] : [],
    ),
    commands: command.commands.map(describe),
    takesSession: command.registeredArguments[0]?.name() === 'session',
  };
}
