import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { neutralFlags } from '../workspace/workspace.ts';

export interface GitPlace {
  /** The worktree. */
  readonly root: string;
  /** Where new objects go; those of the repository are seen, never written. */
  readonly objects: string;
  /** A copy of the repository's index; its own is never touched. */
  readonly index: string;
}

interface OwnPaths {
  readonly index: string;
  readonly objects: string;
}

/** By worktree: they do not change while it is there. */
const ownPaths = new Map<string, Promise<OwnPaths>>();

const limitMs = 30_000;
const outputMaxBytes = 128 * 1024 * 1024;

/**
 * Runs git in a worktree that a person vouched for, with an index and a store of objects of our own.
 * Rejects with `launchFailed` when there is no git, `timeout`, `limitReached`, and `internal` with what git said.
 */
export class Git {
  readonly root: string;
  readonly #env: Record<string, string>;

  private constructor(root: string, env: Record<string, string>) {
    this.root = root;
    this.#env = env;
  }

  /** What lies in the repository's own directory, of this worktree. @throws WaggleError as running git does. */
  static pathsIn(root: string): Promise<OwnPaths> {
    const known = ownPaths.get(root) ?? Git.#readPaths(root);
    ownPaths.set(root, known);
    known.catch(() => ownPaths.delete(root));
    return known;
  }

  static async #readPaths(root: string): Promise<OwnPaths> {
    const git = new Git(root, plainEnvironment());
    const said = await git.run(['rev-parse', '--git-path', 'index', '--git-path', 'objects']);
    const [index = '', objects = ''] = said.toString('utf8').split('\n');
    return { index: absolute(root, index), objects: absolute(root, objects) };
  }

  static open({ root, objects, index }: GitPlace, repositoryObjects: string): Git {
    return new Git(root, {
      ...plainEnvironment(),
      GIT_INDEX_FILE: index,
      GIT_OBJECT_DIRECTORY: objects,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(repositoryObjects),
      GIT_LITERAL_PATHSPECS: '1',
    });
  }

  /** What it prints. */
  async run(args: readonly string[], input: string | Buffer = ''): Promise<Buffer> {
    const child = spawn('git', [...neutralFlags, '-C', this.root, ...args], {
      env: this.#env,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    let bytes = 0;
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > outputMaxBytes) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    // It may end before it has read everything; then its exit says why.
    child.stdin.on('error', leaveToTheExit).end(input);
    const said = text(child.stderr).catch(leaveToTheExit);
    const [code, signal] = await ended(child).finally(() => clearTimeout(timer));
    if (code === 0) return Buffer.concat(chunks);
    if (bytes > outputMaxBytes) throw new WaggleError('limitReached', 'git said too much.');
    if (signal === 'SIGKILL') throw new WaggleError('timeout', 'git took too long.');
    const reason = toPlainLine((await said) ?? '', 300);
    throw new WaggleError('internal', `git ${args[0] ?? ''} failed: ${reason}`);
  }

  async text(args: readonly string[], input: string | Buffer = ''): Promise<string> {
    return (await this.run(args, input)).toString('utf8');
  }

  async lines(args: readonly string[], input: string | Buffer = ''): Promise<string[]> {
    const output = await this.text(args, input);
    return output.split('\0').filter((line) => line !== '');
  }
}

function ended(child: ReturnType<typeof spawn>): Promise<[number | null, string | null]> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(
        new WaggleError('launchFailed', 'git cannot be started.', { cause, fix: 'Install git.' }),
      ),
    );
    child.once('close', (code, signal) => resolve([code, signal]));
  });
}

function plainEnvironment(): Record<string, string> {
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith('GIT_') || value === undefined ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(inherited),
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    LC_ALL: 'C',
  };
}

function absolute(root: string, path: string): string {
  return path.startsWith('/') || /^[A-Za-z]:/.test(path) ? path : join(root, path);
}

/** A list with `:` between; a path that holds one is quoted as in C. */
function quoted(path: string): string {
  return /[:"\n]/.test(path) ? `"${path.replaceAll(/["\\]/g, String.raw`\$&`)}"` : path;
}

function leaveToTheExit(): undefined {
  return undefined;
}
