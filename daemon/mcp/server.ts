import type { Server, ServerContext } from '@modelcontextprotocol/server';
import type { Catalogue } from './catalogue.ts';
import type { CallerFacts, ToolCalls } from './calling.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { instructions, learn } from './instructions.ts';
import type { Resources } from './resources.ts';
import type * as Sdk from './sdk.ts';

export interface ServerParts {
  readonly sdk: typeof Sdk;
  readonly version: string;
  readonly catalogue: Catalogue;
  readonly calls: ToolCalls;
  readonly resources: Resources;
}

/** Versions of MCP with a handshake that are still answered, the newest first. */
export const olderVersions = ['2025-11-25', '2025-06-18'];
export const versions = ['2026-07-28', ...olderVersions];

/** For whom a server is made. */
export interface ServerCaller {
  /** Asked at each request, so that what a person takes back is gone at once. */
  readonly readFacts: () => Promise<CallerFacts>;
  /** Aborted when the one request is cut that it is made for; absent: each request has its own. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Made anew for every request, or for every session of an older client: what one caller asked can never be answered to
 * another.
 */
export function createServer(parts: ServerParts, caller: ServerCaller): Server {
  const { sdk, version, catalogue, calls } = parts;
  const capabilities = { tools: {}, prompts: {}, resources: {} };
  const server = new sdk.Server(
    { name: 'waggle', title: 'Waggle', version },
    { capabilities, instructions, supportedProtocolVersions: versions },
  );
  server.setRequestHandler('tools/list', async () => {
    const offered = catalogue.list(await caller.readFacts());
    return { tools: offered.map(({ listed }) => ({ ...listed })) };
  });
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const { signal, _meta: meta = {} } = context.mcpReq;
    const cut = caller.signal ?? context.http?.req?.signal;
    const call = {
      name: params.name,
      input: params.arguments ?? {},
      meta,
      signals: cut === undefined ? [signal] : [signal, cut],
      progress: progressOf(context),
    };
    const result = await calls.run(call, await caller.readFacts());
    if (result !== undefined) return result;
    throw new sdk.ProtocolError(sdk.ProtocolErrorCode.InvalidParams, 'There is no such tool.');
  });
  server.setRequestHandler('prompts/list', () => ({ prompts: [{ ...learn.listed }] }));
  server.setRequestHandler('prompts/get', ({ params }) => {
    if (params.name !== learn.listed.name)
      throw new sdk.ProtocolError(sdk.ProtocolErrorCode.InvalidParams, 'There is no such prompt.');
    return { messages: [{ role: 'user', content: { type: 'text', text: learn.text } }] };
  });
  serveResources(server, parts, caller);
  return server;
}

function serveResources(
  server: Server,
  { sdk, resources }: ServerParts,
  { readFacts }: ServerCaller,
): void {
  server.setRequestHandler('resources/list', async () => ({
    resources: resources.list(await readFacts()),
  }));
  server.setRequestHandler('resources/templates/list', async () => ({
    resourceTemplates: resources.listTemplates(await readFacts()),
  }));
  server.setRequestHandler('resources/read', async ({ params: { uri } }) => {
    try {
      return { contents: [await resources.read(uri, await readFacts())] };
    } catch (error) {
      if (!(error instanceof WaggleError) || error.code === 'internal') throw error;
      const { code, message, fix } = error;
      throw new sdk.ProtocolError(sdk.ProtocolErrorCode.InvalidParams, message, { code, fix, uri });
    }
  });
}

/** Only a client that gave a token for it is told. */
function progressOf({ mcpReq }: ServerContext): (done: number, message: string) => void {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  return (progress, message) => {
    const params = { progressToken, progress, message };
    mcpReq.notify({ method: 'notifications/progress', params }).catch(nobodyListens);
  };
}

/** The stream was cut; the call is cancelled by that already. */
function nobodyListens(): undefined {
  return undefined;
}
