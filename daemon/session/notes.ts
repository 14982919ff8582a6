import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replacePrivateFile } from '../../link/home/home.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { MemoryFeature } from '../memory/memory.ts';
import type { HookedStart } from './hooks.ts';
import { codexConfigurations } from './configuration.ts';
import { hasOwnInstructions, hasOwnPrompt, toCodexNotes, toOpencodeNotes } from './notesOptions.ts';
import type { SessionRow } from './row.ts';

export interface NotesContext {
  readonly daemon: Pick<FeatureContext, 'paths' | 'log'>;
  readonly memory: Pick<MemoryFeature, 'promptFor'>;
}

type Start = Pick<HookedStart, 'argv' | 'environment'>;

const unchanged = (start: Start): HookedStart => ({ argv: start.argv, environment: {} });

/** Puts the notes of repository and role into the prompt of an agent that starts, for this run and by its own options. */
export class StartNotes {
  readonly #context: NotesContext;
  readonly #directory: string;

  constructor(context: NotesContext) {
    this.#context = context;
    this.#directory = join(context.daemon.paths.home, 'notes');
  }

  /** As it is where they do not reach. Never rejects: agents run without notes too. */
  async prepare(row: SessionRow, start: Start): Promise<HookedStart> {
    // A first argument that is no option is a subcommand or a prompt, with options of its own.
    const isPlain = start.argv[1] === undefined || start.argv[1].startsWith('-');
    const prepare = this.#ways[row.agent];
    if (prepare === undefined || !isPlain) return unchanged(start);
    try {
      const { text } = await this.#context.memory.promptFor(row);
      return text === '' ? unchanged(start) : (prepare(row, start, text) ?? unchanged(start));
    } catch (error) {
      const { log } = this.#context.daemon;
      const fields = { sessionId: row.id, reason: errorMessageOf(error) };
      log.warn('an agent starts without its notes', fields);
      return unchanged(start);
    }
  }

  /** The file that was made for a session, when there is one. */
  remove(id: SessionRow['id']): void {
    rmSync(this.#fileOf(id), { force: true });
  }

  readonly #ways: Readonly<
    Record<string, (row: SessionRow, start: Start, text: string) => HookedStart | undefined>
  > = {
    claude: (row, { argv }, text) => {
      const isTheirs = hasOwnPrompt(argv) || argv.includes('--');
      const file = isTheirs ? undefined : this.#write(row, text);
      if (file === undefined) return undefined;
      return { argv: [...argv, '--append-system-prompt-file', file], environment: {} };
    },
    codex: (row, { argv, environment }, text) => {
      const [program = '', ...rest] = argv;
      if (hasOwnInstructions(rest, codexConfigurations(row, environment))) return undefined;
      const options = toCodexNotes(text);
      return options && { argv: [program, ...options, ...rest], environment: {} };
    },
    opencode: (row, { argv, environment }, text) => {
      const file = this.#write(row, text);
      const more = file === undefined ? undefined : toOpencodeNotes(file, environment);
      return more && { argv, environment: more };
    },
  };

  #fileOf(id: SessionRow['id']): string {
    return join(this.#directory, `${id}.md`);
  }

  /** Undefined for a session of which nothing is written. */
  #write(row: SessionRow, text: string): string | undefined {
    if (row.private === true) return undefined;
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const file = this.#fileOf(row.id);
    replacePrivateFile(file, `${text}\n`);
    return file;
  }
}
