import { z } from 'zod';

/** Something that was said or done in a conversation, in the words of its file. */
export interface Said {
  readonly who: 'person' | 'agent' | 'tool' | 'result';
  readonly text: string;
}

/** What one line of a transcript tells. `said` is empty for the many lines that are plumbing. */
export interface TranscriptLine {
  readonly said: readonly Said[];
  readonly directory?: string | undefined;
  readonly id?: string | undefined;
  /** ISO instant; absent where the agent does not say it. */
  readonly at?: string | undefined;
  /** What it worked with then, in its own words. */
  readonly mode?: string | undefined;
  readonly model?: string | undefined;
}

const blockSchema = z.object({
  type: z.string(),
  text: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  content: z.unknown().optional(),
});
const contentSchema = z.union([z.string(), z.array(z.unknown())]);

const claudeSchema = z.object({
  type: z.string(),
  isMeta: z.boolean().optional(),
  isSidechain: z.boolean().optional(),
  cwd: z.string().optional(),
  sessionId: z.string().optional(),
  timestamp: z.string().optional(),
  permissionMode: z.string().optional(),
  message: z.object({ content: contentSchema.optional(), model: z.string().optional() }).optional(),
});

const synthetic = '<synthetic>';

const codexSchema = z.object({
  type: z.string(),
  timestamp: z.string().optional(),
  payload: z.object({
    type: z.string().optional(),
    role: z.string().optional(),
    id: z.string().optional(),
    cwd: z.string().optional(),
    content: contentSchema.optional(),
    name: z.string().optional(),
    arguments: z.string().optional(),
    input: z.string().optional(),
    action: z.unknown().optional(),
    output: z.unknown().optional(),
    approval_policy: z.string().optional(),
    sandbox_policy: z.object({ type: z.string() }).optional().catch(undefined),
    model: z.string().optional(),
  }),
});

/** What programs put into a conversation in the name of the person. */
const notOfThePerson =
  /^\s*(?:<(?:command-|local-command|system-reminder|environment_context|user_instructions|turn_aborted|skills_instructions|task-notification|bash-)|# AGENTS\.md instructions|Caveat: )/;

/** The line of a transcript; undefined when it is no line of this agent. */
export function readLine(agent: string, line: string): TranscriptLine | undefined {
  const value = parseJson(line);
  try {
    if (agent === 'codex') return readCodexLine(value);
    return agent === 'claude' ? readClaudeLine(value) : undefined;
  } catch (error) {
    // Nested so deep that it cannot be written again: nothing that was said.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readClaudeLine(value: unknown): TranscriptLine | undefined {
  const parsed = claudeSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { type, isMeta = false, isSidechain = false, message, cwd, sessionId } = parsed.data;
  const { timestamp: at, permissionMode: mode } = parsed.data;
  // What it says itself, as of errors, is of no model.
  const model = message?.model === synthetic || isSidechain ? undefined : message?.model;
  const about = { directory: cwd, id: sessionId, at, mode, model };
  const isTalk = (type === 'user' || type === 'assistant') && !isMeta && !isSidechain;
  if (!isTalk || message?.content === undefined) return { ...about, said: [] };
  const who = type === 'user' ? 'person' : 'agent';
  return { ...about, said: listBlocks(message.content).flatMap((block) => saidIn(who, block)) };
}

function readCodexLine(value: unknown): TranscriptLine | undefined {
  const parsed = codexSchema.safeParse(value);
  if (!parsed.success) return isLine(value) ? { said: [] } : undefined;
  const { type, payload } = parsed.data;
  const { timestamp: at } = parsed.data;
  if (type === 'session_meta') return { said: [], directory: payload.cwd, id: payload.id, at };
  if (type === 'turn_context')
    return { said: [], at, mode: codexModeOf(payload), model: payload.model };
  return { said: type === 'response_item' ? saidByCodex(payload) : [], at };
}

/** In the words of our chats; what fits none of them is named as it is. */
function codexModeOf({
  approval_policy: asks,
  sandbox_policy: sandbox,
}: z.infer<typeof codexSchema>['payload']): string | undefined {
  if (asks === undefined || sandbox === undefined) return undefined;
  const type = sandbox.type.replaceAll('-', '').toLowerCase();
  if (type === 'readonly') return 'readOnly';
  if (type === 'workspacewrite' && asks === 'on-request') return 'workspace';
  if (type === 'workspacewrite' && asks === 'untrusted') return 'ask';
  return `${sandbox.type} ${asks}`;
}

function saidByCodex(payload: z.infer<typeof codexSchema>['payload']): Said[] {
  const { type, role, content, name = 'tool' } = payload;
  switch (type) {
    case 'message': {
      if (content === undefined || (role !== 'user' && role !== 'assistant')) return [];
      const who = role === 'user' ? 'person' : 'agent';
      return listBlocks(content).flatMap((block) => saidIn(who, block));
    }
    case 'function_call':
    case 'custom_tool_call':
      return [{ who: 'tool', text: `${name} ${payload.arguments ?? payload.input ?? ''}` }];
    case 'local_shell_call':
      return [{ who: 'tool', text: `shell ${JSON.stringify(payload.action)}` }];
    case 'function_call_output':
    case 'custom_tool_call_output':
      return [{ who: 'result', text: toText(payload.output) }];
    default:
      return [];
  }
}

type Block = z.infer<typeof blockSchema>;

function listBlocks(content: string | readonly unknown[]): Block[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.flatMap((part) => {
    const parsed = blockSchema.safeParse(part);
    return parsed.success ? [parsed.data] : [];
  });
}

function saidIn(who: 'person' | 'agent', block: Block): Said[] {
  switch (block.type) {
    case 'text':
    case 'input_text':
    case 'output_text': {
      const { text = '' } = block;
      const isForeign = who === 'person' && notOfThePerson.test(text);
      return text.trim() === '' || isForeign ? [] : [{ who, text }];
    }
    case 'tool_use':
      return [{ who: 'tool', text: `${block.name ?? 'tool'} ${JSON.stringify(block.input)}` }];
    case 'tool_result':
      return [{ who: 'result', text: toText(block.content) }];
    default:
      return [];
  }
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return value === undefined ? '' : JSON.stringify(value);
  return value
    .map((part: unknown) => blockSchema.safeParse(part).data?.text ?? '')
    .filter((text) => text !== '')
    .join('\n');
}

function isLine(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
