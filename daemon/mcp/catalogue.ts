import { z } from 'zod';
import type { ToolChoice } from '../../protocol/mcp/mcp.ts';
import type { Grant } from '../../protocol/token/token.ts';
import type { Tool } from '../feature.ts';
import type { JsonSchema } from './jsonSchema.ts';
import { toJsonSchema } from './jsonSchema.ts';
import { estimateTokens } from './tokens.ts';

/** Names the one thing that is to be done, so that it is done once however often it is asked for. */
export const idempotencyKeySchema = z.string().min(8).max(64);

/** A tool as clients are told of it. */
export interface ListedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: JsonSchema & { readonly type: 'object' };
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
}

export interface OfferedTool {
  readonly tool: Tool;
  /** Closed; with the key where the tool acts. */
  readonly input: z.ZodObject;
  readonly listed: ListedTool;
  /** What it adds to a context, estimated. */
  readonly tokens: number;
}

/** What decides which tools there are for a caller. */
export interface Standing {
  readonly choice: ToolChoice;
  readonly grants: readonly Grant[];
}

/** All tools of all nouns, in the order of the composition root and of each noun: it never changes while the daemon runs. */
export class Catalogue {
  readonly #tools: readonly OfferedTool[];

  constructor(tools: readonly Tool[]) {
    this.#tools = tools.map(toOffered);
  }

  list(standing: Standing): OfferedTool[] {
    return this.#tools.filter(({ tool }) => isOffered(tool, standing));
  }

  find(name: string): OfferedTool | undefined {
    return this.#tools.find(({ tool }) => tool.name === name);
  }
}

export function isOffered(
  { tier, grant }: Pick<Tool, 'tier' | 'grant'>,
  { choice, grants }: Standing,
): boolean {
  if (choice === 'off' || (tier === 'all' && choice !== 'all')) return false;
  return grant === undefined || grants.includes(grant);
}

function toOffered(tool: Tool): OfferedTool {
  const { name, title, description, effect } = tool;
  const input =
    effect === 'reads'
      ? tool.input
      : tool.input.extend({ idempotencyKey: idempotencyKeySchema.optional() });
  const inputSchema = { ...toJsonSchema(input), type: 'object' as const };
  const annotations = {
    readOnlyHint: effect === 'reads',
    destructiveHint: effect === 'replaces',
    idempotentHint: effect === 'reads',
    openWorldHint: false,
  };
  const listed = { name, title, description, inputSchema, annotations };
  const tokens = estimateTokens(JSON.stringify({ name, description, inputSchema }));
  return { tool, input, listed, tokens };
}
