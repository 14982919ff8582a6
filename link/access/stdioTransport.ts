/** MCP over the standard streams of a command that is started for it and ends with it. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { McpTransport } from './mcpClient.ts';

const maxChars = 1024 * 1024;
const endMs = 2000;

export interface CommandOptions {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

export function openStdioTransport(options: CommandOptions): McpTransport {
  const child = spawn(options.command, [...options.arguments], {
    env: options.env,
    stdio: 'pipe',
    windowsHide: true,
  });
  const lines = new Lines(child, options);
  return {
    async exchange(message) {
      child.stdin.write(`${JSON.stringify(message)}\n`);
      return message.id === undefined ? undefined : lines.answerTo(message.id);
    },
    agree: () => undefined,
    dispose: () => end(child),
  };
}

/** As agents do it: its input ends first; what stays then is killed. */
async function end(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = once(child, 'close');
  child.stdin.end();
  const patience = new AbortController();
  const late = delay(endMs, undefined, { signal: patience.signal }).then(
    () => child.kill('SIGKILL'),
    endedInTime,
  );
  await closed;
  patience.abort();
  await late;
}

function endedInTime(): undefined {
  return undefined;
}

/** Reads messages, one a line, and gives each answer to who waits for it. */
class Lines {
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #text = '';
  #complaint = '';
  #failure: WaggleError | undefined;

  constructor(child: ChildProcessWithoutNullStreams, { command, signal }: CommandOptions) {
    const name = toPlainLine(command, 200);
    child.stdin.on('error', endIsToldBelow);
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.#complaint = (this.#complaint + chunk).slice(-2000);
    });
    child.on('error', (error) =>
      this.#fail(`${name} could not be started: ${errorMessageOf(error)}`),
    );
    child.on('close', (code, killed) => {
      const [first = ''] = this.#complaint.trim().split('\n');
      const said = toPlainLine(first, 300);
      this.#fail(`${name} ended with ${code ?? String(killed)}${said === '' ? '.' : `: ${said}`}`);
    });
    signal.addEventListener('abort', () => this.#fail(`${name} did not answer in time.`), {
      once: true,
    });
  }

  answerTo(id: number): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    return waiting.promise;
  }

  #read(chunk: string): void {
    this.#text += chunk;
    const lines = this.#text.split('\n');
    this.#text = lines.pop() ?? '';
    if (this.#text.length > maxChars) this.#fail('The answer is too long.');
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    const message = parseLine(line);
    if (typeof message !== 'object' || message === null || !('id' in message)) return;
    const { id } = message;
    if (typeof id !== 'number' || 'method' in message) return;
    this.#waiting.get(id)?.resolve(message);
    this.#waiting.delete(id);
  }

  #fail(message: string): void {
    this.#failure ??= new WaggleError('launchFailed', message, { fix: 'waggle tools install' });
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

/** A command that does not read has ended, or does not answer in time. */
function endIsToldBelow(): void {}

/** What is no message is none of ours: a command may print what it likes before it speaks. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
