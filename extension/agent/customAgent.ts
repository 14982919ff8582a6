/** From the setting to agents as the daemon takes them. Pure. */
import type { CustomAgent } from '../../protocol/agent/agent.ts';
import { customAgentSchema } from '../../protocol/agent/agent.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';

export interface ParsedAgents {
  readonly agents: readonly CustomAgent[];
  /** One plain line each: which, and why not. */
  readonly wrong: readonly string[];
}

/** `value`: by id, with command, arguments, env and label. */
export function parseCustomAgents(value: unknown): ParsedAgents {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const agents: CustomAgent[] = [];
  const wrong: string[] = [];
  for (const [id, said] of entries) {
    const parsed = customAgentSchema.safeParse(toAgent(id, said));
    if (parsed.success) agents.push(parsed.data);
    else
      wrong.push(
        toPlainLine(
          `${id}: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`,
          200,
        ),
      );
  }
  return { agents, wrong };
}

function toAgent(id: string, said: unknown): unknown {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return said;
  const { env, ...rest } = said as Readonly<Record<string, unknown>>;
  return { id, label: id, ...rest, ...(env === undefined ? {} : { environment: env }) };
}
