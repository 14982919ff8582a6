/** Just enough of a client of MCP to try what an agent would: say hello, list the tools, call one that only reads. */
import { z } from 'zod';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';

/** Sends one message; the answer to it when it has an id. */
export interface McpTransport {
  exchange(message: JsonRpcMessage): Promise<unknown>;
  /** What was agreed in the hello; from then on it is said with each message, where messages have headers. */
  agree(version: string): void;
  dispose(): void | Promise<void>;
}

export interface JsonRpcMessage {
  readonly jsonrpc: '2.0';
  readonly id?: number;
  readonly method: string;
  readonly params: unknown;
}

/** The version that all agents of today speak. */
const version = '2025-11-25';

const answerSchema = z.object({
  id: z.number(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});
const helloSchema = z.object({
  protocolVersion: z.string(),
  serverInfo: z.object({ name: z.string() }),
});
const schemaSchema = z.object({
  type: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
});
const toolSchema = z.object({
  name: z.string(),
  annotations: z.object({ readOnlyHint: z.boolean().optional() }).optional(),
  inputSchema: z.object({
    properties: z.record(z.string(), schemaSchema).optional(),
    required: z.array(z.string()).optional(),
  }),
});
type McpTool = z.infer<typeof toolSchema>;
const listSchema = z.object({ tools: z.array(toolSchema) });
const calledSchema = z.object({
  isError: z.boolean().optional(),
  content: z.array(z.looseObject({ text: z.string().optional() })).optional(),
});

export interface TriedServer {
  readonly server: string;
  readonly tools: number;
  /** The tool that was called; undefined when none is offered that only reads. */
  readonly called: string | undefined;
}

/** @throws WaggleError `badRequest`, `internal`, `unauthenticated` with what the server said. */
export async function tryServer(transport: McpTransport): Promise<TriedServer> {
  let lastId = 0;
  const call = async <T>(method: string, params: object, schema: z.ZodType<T>): Promise<T> => {
    lastId += 1;
    const answer = await transport.exchange({ jsonrpc: '2.0', id: lastId, method, params });
    return understand(method, answer, schema);
  };
  const clientInfo = { name: 'waggle-access-check', version: '1' };
  const hello = await call(
    'initialize',
    { protocolVersion: version, capabilities: {}, clientInfo },
    helloSchema,
  );
  transport.agree(hello.protocolVersion);
  await transport.exchange({ jsonrpc: '2.0', method: 'notifications/initialized', params: {} });
  const { tools } = await call('tools/list', {}, listSchema);
  const server = toPlainLine(hello.serverInfo.name, 80);
  const reading = chooseTool(tools);
  if (reading === undefined) return { server, tools: tools.length, called: undefined };
  const { name } = reading;
  const called = await call('tools/call', { name, arguments: argumentsFor(reading) }, calledSchema);
  if (called.isError !== true) return { server, tools: tools.length, called: name };
  const said = toPlainLine(called.content?.find(({ text }) => text !== undefined)?.text ?? '', 300);
  throw new WaggleError('internal', `The tool "${toPlainLine(name, 80)}" failed: ${said}`);
}

function understand<T>(method: string, answer: unknown, schema: z.ZodType<T>): T {
  const { error, result } = answerSchema.safeParse(answer).data ?? {};
  if (error !== undefined)
    throw new WaggleError(
      'badRequest',
      `The server refuses ${method}: ${toPlainLine(error.message, 300)}`,
    );
  const parsed = schema.safeParse(result);
  if (parsed.success) return parsed.data;
  throw new WaggleError('badRequest', `The server's answer to ${method} is none of MCP.`);
}

/** One that needs the least, of those that say they only read. */
function chooseTool(tools: readonly McpTool[]): McpTool | undefined {
  return tools
    .filter(({ annotations }) => annotations?.readOnlyHint === true)
    .toSorted((left, right) => needs(left) - needs(right))[0];
}

function needs({ inputSchema }: McpTool): number {
  return inputSchema.required?.length ?? 0;
}

function argumentsFor({ inputSchema }: McpTool): Record<string, unknown> {
  const { properties = {}, required = [] } = inputSchema;
  return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {})]));
}

function sampleOf({ type, enum: choices, minimum }: z.infer<typeof schemaSchema>): unknown {
  if (choices !== undefined) return choices[0];
  if (type === 'number' || type === 'integer') return minimum ?? 1;
  if (type === 'boolean') return false;
  if (type === 'array') return [];
  return type === 'object' ? {} : 'access check';
}
