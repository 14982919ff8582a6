/**
 * `waggle mcp`: the tools on standard input and output, for agents that cannot use HTTP with a token of their environment.
 * Passes messages on and understands as little of them as it can; ends with whoever started it.
 */
import type { Readable, Writable } from 'node:stream';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';
import { Bridge } from './bridge.ts';
import { createAccess } from './access.ts';

export interface ServeOptions {
  /** Who holds the token, for a person. */
  readonly name: string;
  readonly stdin: Readable;
  readonly stdout: Writable;
}

const parentEveryMs = 2000;

export async function serveTools(
  context: CommandContext,
  { name, stdin, stdout }: ServeOptions,
): Promise<number> {
  const bridge = new Bridge({
    access: createAccess(context, name),
    folder: process.cwd(),
    write: (line) => void stdout.write(`${line}\n`),
  });
  const ended = Promise.withResolvers<void>();
  const end = (): void => ended.resolve();
  // Somebody else may hold our end of the pipe open.
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && end(), parentEveryMs);
  stdout.on('error', end);
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  void readLines(stdin, (line) => bridge.take(line)).then(end, end);
  await ended.promise;
  clearInterval(watch);
  await bridge.stop();
  stdin.destroy();
  return exitCodes.ok;
}

const lineMaxChars = 1024 * 1024;

async function readLines(stdin: Readable, take: (line: string) => void): Promise<void> {
  let rest = '';
  stdin.setEncoding('utf8');
  for await (const part of stdin) {
    const lines = `${rest}${String(part)}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineMaxChars) return;
    for (const line of lines) if (line.trim() !== '') take(line);
  }
}
