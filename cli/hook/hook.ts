/**
 * `waggle hook`: what a hook of an agent calls inside a session, with its report as an argument or on standard input.
 * Quick and silent, and it never fails: an agent must not notice whether anybody listens.
 */
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';

export interface HookInput {
  readonly agent: string | undefined;
  /** The report; absent: it is on standard input. */
  readonly argument: string | undefined;
  readonly stdin: Readable;
}

const agents = ['claude', 'codex', 'gemini'] as const;
const limitMs = 3000;
const reportMaxChars = 256 * 1024;

export async function reportHook(context: CommandContext, input: HookInput): Promise<number> {
  const limit = new AbortController();
  const late = delay(limitMs, undefined, { signal: limit.signal }).catch(unheard);
  await Promise.race([send(context, input).catch(unheard), late]);
  limit.abort();
  return exitCodes.ok;
}

/** Nobody listens, or what was said is no report: neither is the agent's concern. */
function unheard(): undefined {
  return undefined;
}

async function send(context: CommandContext, input: HookInput): Promise<void> {
  const agent = agents.find((known) => known === input.agent);
  if (agent === undefined || context.identity === undefined) return;
  const payload = parseReport(input.argument ?? (await readAll(input.stdin)));
  if (payload === undefined) return;
  const link = await context.connectIfRunning();
  const generation = Number(context.env['WAGGLE_GENERATION'] ?? Number.NaN);
  await link?.call('attention/hook', {
    agent,
    payload,
    ...(Number.isInteger(generation) ? { generation } : {}),
  });
}

function parseReport(text: string): Record<string, unknown> | undefined {
  const value: unknown = JSON.parse(text);
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as Record<string, unknown>) : undefined;
}

async function readAll(stdin: Readable): Promise<string> {
  let text = '';
  stdin.setEncoding('utf8');
  for await (const part of stdin) {
    text += String(part);
    if (text.length > reportMaxChars) return '';
  }
  return text;
}
