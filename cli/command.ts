/** A command as a row of a table: how it is called, what it says of itself, and what it runs. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from './context.ts';

/** What stood on the command line; every reader says what it expects. */
export class Input {
  readonly #words: readonly unknown[];
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(words: readonly unknown[], options: Readonly<Record<string, unknown>>) {
    this.#words = words;
    this.#options = options;
  }

  /** A positional argument that may be left out. */
  findWord(at: number): string | undefined {
    const word = this.#words[at];
    return typeof word === 'string' ? word : undefined;
  }

  /** A positional argument that commander has insisted on. */
  getWord(at: number): string {
    return this.findWord(at) ?? '';
  }

  /** A positional argument that takes all that follows. */
  listWords(at: number): readonly string[] {
    return toStrings(this.#words[at]);
  }

  has(option: string): boolean {
    return this.#options[option] === true;
  }

  /** Given as `--no-…`. */
  isOff(option: string): boolean {
    return this.#options[option] === false;
  }

  find(option: string): string | undefined {
    const value = this.#options[option];
    return typeof value === 'string' ? value : undefined;
  }

  findCount(option: string): number | undefined {
    const value = this.#options[option];
    return typeof value === 'number' ? value : undefined;
  }

  list(option: string): readonly string[] {
    return toStrings(this.#options[option]);
  }
}

function toStrings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}

export type Run = (context: CommandContext) => Promise<number>;

export interface CommandSpec {
  readonly name: string;
  readonly alias?: string;
  readonly summary: string;
  /** `<required>`, `[optional]`, `[rest...]`, in order. */
  readonly words?: readonly string[];
  readonly options?: readonly Option[];
  /** Options after the first positional argument belong to the program that is started. */
  readonly passThrough?: boolean;
  readonly hidden?: boolean;
  readonly commands?: readonly CommandSpec[];
  readonly run?: (context: CommandContext, input: Input) => Promise<number>;
}

export type Choose = (run: Run, command: Command) => void;

/** Adds the rows to a commander program. `choose` is called with what was asked for; nothing runs here. */
export function addCommands(parent: Command, specs: readonly CommandSpec[], choose: Choose): void {
  for (const spec of specs) addCommand(parent, spec, choose);
}

function addCommand(parent: Command, spec: CommandSpec, choose: Choose): void {
  const command = parent.command(spec.name, { hidden: spec.hidden === true });
  command.description(spec.summary);
  if (spec.alias !== undefined) command.alias(spec.alias);
  for (const word of spec.words ?? []) command.argument(word);
  for (const option of spec.options ?? []) command.addOption(option);
  if (spec.passThrough === true) command.passThroughOptions();
  addCommands(command, spec.commands ?? [], choose);
  const { run } = spec;
  if (run === undefined) return;
  command.action(() => {
    const input = new Input(command.processedArgs, command.opts());
    choose((context) => run(context, input), command);
  });
}

export function option(flags: string, text: string): Option {
  return new Option(flags, text);
}

/** May be given more than once. */
export function repeated(flags: string, text: string): Option {
  return new Option(flags, `${text}; may be repeated`).argParser<string[]>((value, before) => [
    ...(before ?? []),
    value,
  ]);
}

export function counted(flags: string, text: string): Option {
  return new Option(flags, text).argParser((value) => {
    if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError('It is not a whole number.');
    return Number(value);
  });
}
