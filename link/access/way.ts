/** How an agent reaches our tools: what is written for it, and what of an entry in a file can be tried. */
import { basename } from 'node:path';

/** `stdio`: it starts our bridge. `http`: it speaks to the daemon and has a command fetch the bearer. */
export type Way =
  | {
      readonly kind: 'stdio';
      readonly command: string;
      readonly arguments: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'http';
      readonly url: string;
      /** One line for a POSIX shell, as `toHelper` writes it; it prints a JSON object of headers. */
      readonly headersHelper: string;
    };

export interface Bridge {
  /** Absolute path of the `waggle` command. */
  readonly program: string;
  readonly platform: NodeJS.Platform;
}

const helperWords = ['tools', 'headers'] as const;
const bridgeWords = ['mcp'] as const;

/** `name`: whom the token is for that the bridge gets, for a person; on Windows one word, for `cmd.exe` takes quotes away. */
export function stdioWay({ program, platform }: Bridge, name: string): Way {
  // A batch file is no program: what runs it is named.
  const isBatch = platform === 'win32';
  const words = [...bridgeWords, '--name', name];
  return {
    kind: 'stdio',
    command: isBatch ? 'cmd.exe' : program,
    arguments: isBatch ? ['/d', '/c', program, ...words] : words,
    environment: {},
  };
}

/** `agent`: whose token it is. */
export function httpWay({ program }: Bridge, { agent, url }: { agent: string; url: string }): Way {
  const words = [quote(program), ...helperWords, agent, new URL(url).port];
  return { kind: 'http', url, headersHelper: words.join(' ') };
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The words of a line that `quote` made; undefined when it holds anything else that a shell would act on. */
export function splitHelper(line: string): string[] | undefined {
  const words = line.match(/(?:[\w@%+=:,./-]|'[^']*'|\\')+/g) ?? [];
  if (words.join(' ') !== line) return undefined;
  return words.map((word) =>
    word.replaceAll(
      /'([^']*)'|\\(')/g,
      (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? '',
    ),
  );
}

/** What an entry says, of whichever agent; undefined when it is none that could be tried. */
export function readWay(entry: unknown): Way | undefined {
  if (!isRecord(entry)) return undefined;
  const { url, headersHelper, command, args, env, environment } = entry;
  if (typeof url === 'string' && typeof headersHelper === 'string')
    return { kind: 'http', url, headersHelper };
  const words = Array.isArray(command) ? strings(command) : [command, ...strings(args)];
  const [program, ...rest] = words;
  if (typeof program !== 'string' || program === '') return undefined;
  const variables = isRecord(env) ? env : isRecord(environment) ? environment : {};
  return {
    kind: 'stdio',
    command: program,
    arguments: strings(rest),
    environment: Object.fromEntries(
      Object.entries(variables).flatMap(([key, value]) =>
        typeof value === 'string' ? [[key, value]] : [],
      ),
    ),
  };
}

/** Only what runs our own command may be changed or taken away. */
export function isOurs(entry: unknown): boolean {
  const way = readWay(entry);
  if (way === undefined) return false;
  if (way.kind === 'http') {
    const [program = '', ...rest] = splitHelper(way.headersHelper) ?? [];
    return isCommand(program) && rest[0] === helperWords[0] && rest[1] === helperWords[1];
  }
  const words = [way.command, ...way.arguments];
  return words.some((word, at) => isCommand(word) && words[at + 1] === bridgeWords[0]);
}

function isCommand(path: string): boolean {
  return /^waggle(?:\.cmd)?$/.test(basename(path.replaceAll('\\', '/')));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
