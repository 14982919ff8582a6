/** Items of a Codex thread: what it says, thinks, runs and changes. */
import { z } from 'zod';
import type { FileChange } from '../../protocol/chat/permission.ts';
import type { ChatEvent, ToolStatus } from './event.ts';
import { titleOfTool } from './toolText.ts';

const changeSchema = z.object({
  path: z.string(),
  kind: z.object({ type: z.string() }).optional(),
  diff: z.string().default(''),
});

const itemSchema = z.object({
  type: z.string(),
  id: z.string(),
  text: z.string().optional(),
  summary: z.array(z.string()).optional(),
  status: z.string().optional(),
  command: z.string().optional(),
  aggregatedOutput: z.string().nullish(),
  changes: z.array(changeSchema).optional(),
  server: z.string().optional(),
  tool: z.string().optional(),
  arguments: z.unknown().optional(),
  result: z.object({ content: z.array(z.object({ text: z.string().optional() })) }).nullish(),
  error: z.object({ message: z.string() }).nullish(),
  query: z.string().optional(),
});
export type CodexItem = z.infer<typeof itemSchema>;

export function parseItem(value: unknown): CodexItem | undefined {
  return itemSchema.safeParse(value).data;
}

/** `isDone`: nothing comes any more. */
export function eventsOfItem(item: CodexItem, isDone: boolean): ChatEvent[] {
  const { type, id: key } = item;
  switch (type) {
    case 'agentMessage':
      return [{ type: 'text', key, ...whole(item.text ?? '', isDone) }];
    case 'reasoning':
      return [{ type: 'thinking', key, ...whole((item.summary ?? []).join('\n\n'), isDone) }];
    case 'commandExecution':
      return [commandOf(item)];
    case 'fileChange':
      return [fileChangeOf(item)];
    case 'mcpToolCall':
      return [mcpCallOf(item)];
    case 'webSearch':
      return [{ type: 'tool', key, name: 'webSearch', ...searchOf(item, isDone) }];
    case 'contextCompaction':
      return [{ type: 'notice', key, text: 'The conversation was summarised.' }];
    // What the person said stands in the journal already; plans come as news of their own.
    default:
      return [];
  }
}

function whole(text: string, isDone: boolean) {
  return isDone ? ({ full: text, isDone } as const) : ({ delta: text } as const);
}

function commandOf(item: CodexItem): ChatEvent {
  const input = { command: innerCommand(item.command ?? '') };
  return {
    type: 'tool',
    key: item.id,
    name: 'shell',
    title: titleOfTool('shell', input),
    input: JSON.stringify(input),
    status: statusOf(item.status),
    ...(typeof item.aggregatedOutput === 'string' ? { output: item.aggregatedOutput } : {}),
  };
}

function fileChangeOf(item: CodexItem): ChatEvent {
  const changes = changesOf(item);
  const paths = changes.map(({ path }) => path);
  const title = titleOfTool('edit', { path: paths.join(', ') });
  const input = JSON.stringify({ paths });
  const status = statusOf(item.status);
  return { type: 'tool', key: item.id, name: 'edit', title, input, status, changes };
}

function mcpCallOf(item: CodexItem): ChatEvent {
  const name = mcpNameOf(item.server ?? '', item.tool ?? '');
  const said = item.result?.content.map(({ text }) => text ?? '').join('\n');
  const output = item.error?.message ?? said;
  return {
    ...{ type: 'tool', key: item.id, name, title: name },
    input: JSON.stringify(item.arguments ?? {}),
    status: statusOf(item.status),
    ...(output === undefined ? {} : { output }),
  };
}

export function mcpNameOf(server: string, tool: string): string {
  return `mcp__${server}__${tool}`;
}

function searchOf({ query = '' }: CodexItem, isDone: boolean) {
  const status: ToolStatus = isDone ? 'done' : 'running';
  return { title: titleOfTool('webSearch', { query }), input: JSON.stringify({ query }), status };
}

function statusOf(status: string | undefined): ToolStatus {
  switch (status) {
    case 'completed':
      return 'done';
    case 'failed':
      return 'failed';
    case 'declined':
      return 'denied';
    default:
      return 'running';
  }
}

/** What stands in single quotes for a shell is taken out of them where nothing in it could end them. */
export function innerCommand(command: string): string {
  return /^\S*\/(?:ba|z)?sh -lc '([^']*)'$/.exec(command)?.[1] ?? command;
}

export function changesOf({ changes = [] }: CodexItem): FileChange[] {
  return changes.map(({ path, kind, diff }): FileChange => {
    if (kind?.type === 'add') return { path, before: null, after: diff };
    if (kind?.type === 'delete') return { path, before: diff, after: '' };
    return { path, ...sidesOf(diff) };
  });
}

/**
 * Both sides of a unified diff, as far as it shows them. Its header ends where the first hunk begins: after that a line that
 * looks like one (`--- x` is a comment of SQL that goes) is what a person must see.
 */
function sidesOf(diff: string): { readonly before: string; readonly after: string } {
  const all = diff.split('\n');
  const begin = all.findIndex((line) => line.startsWith('@@'));
  const isHeader = (line: string, at: number): boolean =>
    line.startsWith('@@') || (at < begin && /^(?:---|\+\+\+) /.test(line));
  const lines = all.filter((line, at) => !isHeader(line, at));
  const side = (marks: string): string =>
    lines
      .filter((line) => marks.includes(line[0] ?? ' '))
      .map((line) => line.slice(1))
      .join('\n');
  return { before: side(' -'), after: side(' +') };
}
