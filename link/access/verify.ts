/** Tries an entry as the agent would: with what stands in its file, from the hello to the answer of a tool. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { WaggleError, errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { ErrorCode } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { AccessAgentId } from './agentConfig.ts';
import type { AccessContext } from './giving.ts';
import { readGivenEntry } from './giving.ts';
import { openHttpTransport, refuseElsewhere } from './httpTransport.ts';
import type { McpTransport, TriedServer } from './mcpClient.ts';
import { tryServer } from './mcpClient.ts';
import { openStdioTransport } from './stdioTransport.ts';
import type { Way } from './way.ts';
import { isOurs, readWay, splitHelper } from './way.ts';

export type Verdict =
  | ({ readonly ok: true; readonly tookMs: number } & TriedServer)
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly reason: string;
      readonly fix: string | undefined;
    };

/** A daemon that must start first is given its time. */
const usualLimitMs = 30_000;
const headersSchema = z.record(z.string(), z.string());

/** Red is an outcome, not an exception: it comes with its reason. */
export async function verifyAccess(
  context: AccessContext,
  id: AccessAgentId,
  limitMs = usualLimitMs,
): Promise<Verdict> {
  const startedAt = performance.now();
  try {
    const entry = readGivenEntry(context, id);
    const way = readWay(entry);
    if (entry === undefined || way === undefined || !isOurs(entry))
      throw new WaggleError('notFound', 'There is no entry of ours.', {
        fix: `waggle tools install ${id}`,
      });
    const tried = await tryWay(context, way, limitMs);
    return { ok: true, tookMs: Math.round(performance.now() - startedAt), ...tried };
  } catch (error) {
    const fix = error instanceof WaggleError ? error.fix : undefined;
    const reason = toPlainLine(errorMessageOf(error), 500);
    return { ok: false, code: errorCodeOf(error), reason, fix };
  }
}

async function tryWay(context: AccessContext, way: Way, limitMs: number): Promise<TriedServer> {
  const signal = AbortSignal.timeout(limitMs);
  const transport = await open(context, way, signal);
  try {
    return await tryServer(transport);
  } catch (error) {
    if (!signal.aborted || error instanceof WaggleError) throw error;
    throw new WaggleError('timeout', 'There was no answer in time.', { cause: error });
  } finally {
    await transport.dispose();
  }
}

async function open({ env }: AccessContext, way: Way, signal: AbortSignal): Promise<McpTransport> {
  const outside = withoutSession(env);
  if (way.kind === 'http') {
    const { url, headersHelper } = way;
    refuseElsewhere(url);
    const headers = await fetchHeaders(headersHelper, outside, signal);
    return openHttpTransport({ url, headers, signal });
  }
  const { command, arguments: words, environment } = way;
  return openStdioTransport({
    command,
    arguments: words,
    env: { ...outside, ...environment },
    signal,
  });
}

/** Agents that a person starts elsewhere are no session: what names one is not for them. */
function withoutSession(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const session = new Set(['WAGGLE_TOKEN', 'WAGGLE_SOCKET', 'WAGGLE_SESSION_ID', 'WAGGLE_HOST_ID']);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !session.has(name)));
}

async function fetchHeaders(
  line: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const [program, ...words] = splitHelper(line) ?? [];
  if (program === undefined)
    throw new WaggleError('badRequest', 'The command that fetches the bearer is not ours.');
  try {
    const options = { env, signal, maxBuffer: 65_536, windowsHide: true };
    const { stdout } = await promisify(execFile)(program, words, options);
    return headersSchema.parse(JSON.parse(stdout));
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    const why = toPlainLine(said.trim() === '' ? errorMessageOf(error) : said.trim(), 300);
    throw new WaggleError('launchFailed', `The bearer could not be fetched: ${why}`, {
      cause: error,
      fix: 'waggle tools install claude',
    });
  }
}
