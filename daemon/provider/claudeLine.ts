/** The lines of Claude Code's `stream-json` output, as far as they are read. Its fields come and go with its versions. */
import { z } from 'zod';

const blockSchema = z.object({
  type: z.string(),
  id: z.string().optional(),
  text: z.string().optional(),
  thinking: z.string().optional(),
  name: z.string().optional(),
  input: z.record(z.string(), z.unknown()).optional(),
  tool_use_id: z.string().optional(),
  content: z.unknown().optional(),
  is_error: z.boolean().nullish(),
});
export type Block = z.infer<typeof blockSchema>;

const usageSchema = z.object({
  input_tokens: z.number().nullish(),
  output_tokens: z.number().nullish(),
  cache_read_input_tokens: z.number().nullish(),
  cache_creation_input_tokens: z.number().nullish(),
});

const streamSchema = z.object({
  type: z.literal('stream_event'),
  parent_tool_use_id: z.string().nullish(),
  event: z.object({
    type: z.string(),
    index: z.number().optional(),
    message: z.object({ id: z.string(), usage: usageSchema.optional() }).optional(),
    content_block: blockSchema.optional(),
    delta: z
      .object({
        type: z.string().optional(),
        text: z.string().optional(),
        thinking: z.string().optional(),
      })
      .optional(),
  }),
});

const messageSchema = z.object({
  content: z.union([z.string(), z.array(blockSchema)]),
  id: z.string().optional(),
});

const assistantSchema = z.object({
  type: z.literal('assistant'),
  uuid: z.string().optional(),
  parent_tool_use_id: z.string().nullish(),
  message: messageSchema,
});

const userSchema = z.object({
  type: z.literal('user'),
  uuid: z.string().optional(),
  parent_tool_use_id: z.string().nullish(),
  isReplay: z.boolean().optional(),
  isSynthetic: z.boolean().optional(),
  message: messageSchema,
  tool_result_meta: z
    .array(
      z.object({
        id: z.string(),
        non_execution_kind: z.string().optional(),
        permission_decision: z.object({ decision: z.string() }).optional(),
      }),
    )
    .optional(),
});

const systemSchema = z.object({
  type: z.literal('system'),
  subtype: z.string(),
  session_id: z.string().optional(),
  model: z.string().optional(),
  permissionMode: z.string().nullish(),
  attempt: z.number().optional(),
  max_retries: z.number().optional(),
  error_status: z.number().nullish(),
  error: z.string().nullish(),
  tasks: z.array(z.unknown()).optional(),
});

const resultSchema = z.object({
  type: z.literal('result'),
  is_error: z.boolean().default(false),
  result: z.string().nullish(),
  errors: z.array(z.string()).optional(),
  terminal_reason: z.string().nullish(),
  api_error_status: z.number().nullish(),
  total_cost_usd: z.number().nullish(),
  usage: usageSchema.optional(),
  modelUsage: z.record(z.string(), z.object({ contextWindow: z.number().nullish() })).optional(),
});

/** Of one limit of the plan: `utilization` 1 is all of it, `resetsAt` in seconds since 1970. */
const windowSchema = z.object({
  utilization: z.number().optional().catch(undefined),
  resetsAt: z.number().optional().catch(undefined),
});

/** What is known of the limits of the plan; `unifiedWindows` by their names, in versions that tell it. */
const limitSchema = z.object({
  type: z.literal('rate_limit_event'),
  rate_limit_info: windowSchema
    .extend({
      status: z.string().optional(),
      rateLimitType: z.string().optional(),
      unifiedWindows: z.record(z.string(), windowSchema).optional().catch(undefined),
    })
    .optional(),
});

const controlRequestSchema = z.object({
  type: z.literal('control_request'),
  request_id: z.string(),
  request: z.object({
    subtype: z.string(),
    tool_name: z.string().optional(),
    tool_use_id: z.string().optional(),
    input: z.record(z.string(), z.unknown()).optional(),
    description: z.string().nullish(),
    decision_reason: z.string().nullish(),
    mcp_server_name: z.string().optional(),
    message: z.string().optional(),
    requested_schema: z
      .object({ properties: z.record(z.string(), z.unknown()).optional() })
      .optional(),
  }),
});

const controlResponseSchema = z.object({
  type: z.literal('control_response'),
  response: z.object({
    subtype: z.string(),
    request_id: z.string(),
    response: z.unknown().optional(),
    error: z.string().optional(),
  }),
});

const cancelSchema = z.object({
  type: z.literal('control_cancel_request'),
  request_id: z.string(),
});

const lineSchema = z.discriminatedUnion('type', [
  streamSchema,
  assistantSchema,
  userSchema,
  systemSchema,
  resultSchema,
  controlRequestSchema,
  controlResponseSchema,
  cancelSchema,
  limitSchema,
  ...(['tool_progress', 'keep_alive', 'tool_use_summary'] as const).map((type) =>
    z.object({ type: z.literal(type) }),
  ),
]);

export type ClaudeLine = z.infer<typeof lineSchema>;
export type StreamLine = z.infer<typeof streamSchema>;
export type AssistantLine = z.infer<typeof assistantSchema>;
export type UserLine = z.infer<typeof userSchema>;
export type SystemLine = z.infer<typeof systemSchema>;
export type LimitLine = z.infer<typeof limitSchema>;
export type ResultLine = z.infer<typeof resultSchema>;
export type ControlRequestLine = z.infer<typeof controlRequestSchema>;
export type ControlResponseLine = z.infer<typeof controlResponseSchema>;
export type ClaudeUsage = z.infer<typeof usageSchema>;

/** A sentence instead of a line: why it is none that we know. */
export function parseClaudeLine(text: string): ClaudeLine | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'no JSON';
  }
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : '';
  return `line of type ${String(type).slice(0, 64)}`;
}

export function listBlocks(content: string | readonly Block[]): readonly Block[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

/** What a tool gave back, as text. Pictures are named, not shown. */
export function textOfResult(content: unknown): string {
  if (typeof content === 'string') return content;
  const parts = z.array(blockSchema).safeParse(content);
  if (!parts.success)
    return content === undefined || content === null ? '' : JSON.stringify(content);
  return parts.data.map((part) => part.text ?? `[${part.type}]`).join('\n');
}
