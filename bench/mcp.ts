/**
 * `mcp.call`: a call of a tool over HTTP, from the request to its result, one after the other on kept connections, an
 * object of the server for each. `mcp.context`: what the tools add to an agent's context, in estimated tokens.
 */
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { DaemonLink } from '../link/daemon/daemon.ts';
import { startDaemonRig } from './daemonRig.ts';
import type { Bound, BenchContext, Figure, Measurement } from './figure.ts';
import { median, quantile } from './figure.ts';

const warmCalls = 300;
const callsPerRound = 1000;
const bounds: Readonly<Record<'p50' | 'p99' | 'context', Bound>> = {
  p50: { floor: 2.5, goal: 1.5, better: 'lower' },
  p99: { floor: 12, goal: 5, better: 'lower' },
  context: { floor: 1500, goal: 1500, better: 'lower' },
};
const version = '2026-07-28';
/** It asks nobody: what is left is the way there and back. */
const tool = 'list_sessions';

export const mcpFigure: Figure = {
  cases: { 'mcp.call': ['p50', 'p99'], 'mcp.context': ['core', 'all'] },
  async *measure(context) {
    const home = await mkdtemp(join(context.temporaryDirectory, 'mcp-'));
    const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
    const link = await rig.connect();
    try {
      yield* measureContext(link, home);
      yield* measureCalls(link, home, context);
    } finally {
      link.dispose();
      await rig.stop();
    }
  },
};

async function* measureContext(link: DaemonLink, folder: string): AsyncGenerator<Measurement> {
  const { session } = await link.call('session/open', {
    agent: 'command',
    command: ['/bin/sleep', '600'],
    cwd: folder,
    environment: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
    size: { cols: 80, rows: 24 },
  });
  const sessionId = session.id;
  await link.call('token/grant', { sessionId, grants: ['readSessions', 'sendToSessions'] });
  for (const choice of ['core', 'all'] as const) {
    await link.call('mcp/choose', { folder, choice });
    const { tokens, tools } = await link.call('mcp/describe', { sessionId });
    const note = `${tools.length} tools and the instructions`;
    const common = { value: tokens, unit: 'count', bound: bounds.context, rounds: 1 } as const;
    yield { id: 'mcp.context', case: choice, ...common, note };
  }
}

async function* measureCalls(
  link: DaemonLink,
  folder: string,
  { rounds, signal }: BenchContext,
): AsyncGenerator<Measurement> {
  const { token, url } = await link.call('token/createConnector', { name: 'bench' });
  if (url === null) throw new Error('the daemon has no port');
  const target = { url, token, folder, signal };
  await callTimes(target, warmCalls);
  const perRound: number[][] = [];
  for (let round = 0; round < rounds; round += 1)
    perRound.push(await callTimes(target, callsPerRound));
  await callTimes(target, warmCalls, askByFetch);
  const byFetch = await callTimes(target, callsPerRound, askByFetch);
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    const value = median(perRound.map((times) => quantile(times, share)));
    const note = `${tool}, ${callsPerRound} calls in a row; the anchor is asked with fetch, whose own time it holds`;
    const anchor = { fetchMs: quantile(byFetch, share) };
    const bound = bounds[name];
    yield { id: 'mcp.call', case: name, value, unit: 'ms', bound, rounds, anchor, note };
  }
}

interface Target {
  readonly folder: string;
  readonly url: string;
  readonly token: string;
  readonly signal: AbortSignal;
}

type Ask = (target: Target, body: string) => Promise<string>;

/** Milliseconds of each call. */
async function callTimes(target: Target, count: number, ask: Ask = askLightly): Promise<number[]> {
  const times: number[] = [];
  for (let id = 0; id < count; id += 1) {
    const before = performance.now();
    await callOnce(target, id, ask);
    times.push(performance.now() - before);
  }
  return times;
}

async function callOnce(target: Target, id: number, ask: Ask): Promise<void> {
  const key = 'io.modelcontextprotocol/';
  const _meta = {
    [`${key}protocolVersion`]: version,
    [`${key}clientInfo`]: { name: 'bench', version: '1' },
    [`${key}clientCapabilities`]: {},
  };
  const params = { name: tool, arguments: {}, _meta };
  const answer = await ask(
    target,
    JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }),
  );
  if (!answer.includes('structuredContent'))
    throw new Error(`a call failed: ${answer.slice(0, 300)}`);
}

function headersOf({ token, folder }: Target): Record<string, string> {
  return {
    Accept: 'application/json, text/event-stream',
    'Content-Type': 'application/json',
    Authorization: `Bearer ${token}`,
    'MCP-Protocol-Version': version,
    'Mcp-Method': 'tools/call',
    'Mcp-Name': tool,
    'Waggle-Folder': folder,
  };
}

/** As most clients ask, in this process. */
async function askByFetch(target: Target, body: string): Promise<string> {
  const { url, signal } = target;
  const response = await fetch(url, { method: 'POST', headers: headersOf(target), body, signal });
  return response.text();
}

const kept = new Agent({ keepAlive: true });

/** With as little as Node can, so that the figure is the server's. */
async function askLightly(target: Target, body: string): Promise<string> {
  const { url, signal } = target;
  const headers = { ...headersOf(target), 'Content-Length': Buffer.byteLength(body) };
  const asked = request(url, { agent: kept, method: 'POST', headers, signal });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return text(answer);
}
