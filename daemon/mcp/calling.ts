import { z } from 'zod';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Clock, Logger } from '../context.ts';
import type { Principal, ToolCaller } from '../feature.ts';
import type { Catalogue, OfferedTool, Standing } from './catalogue.ts';
import { idempotencyKeySchema, isOffered } from './catalogue.ts';
import { Ending } from './ending.ts';
import type { Ledger } from './ledger.ts';
import { OnceOnly } from './onceOnly.ts';
import type { Redact } from './results.ts';
import { toErrorResult, toResult } from './results.ts';
import type { CallToolResult } from './sdk.ts';

/** Who calls, before the call is known. */
export interface CallerFacts
  extends Omit<ToolCaller, 'signal' | 'progress' | 'idempotencyKey'>, Standing {
  /** Nothing of it is written to disk. */
  readonly isPrivate: boolean;
}

export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** What the client says beside the arguments. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** One of them is aborted when the client cancels, or is gone. */
  readonly signals: readonly AbortSignal[];
  progress(done: number, message: string): void;
}

export interface ToolCallsContext {
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly log: Logger;
  readonly redact: Redact;
  /** Where calls with a key are kept. */
  readonly ledgers: { readonly lasting: Ledger; readonly passing: Ledger };
  /** Tests shorten it. */
  readonly limitMs?: number;
}

const limitMs = 10 * 60_000;
const atOnceMax = 32;

/** Runs tools for whoever may call them. Never rejects for what a tool or its caller did wrong: that is a result. */
export class ToolCalls {
  readonly #context: ToolCallsContext;
  readonly #onceOnly = new OnceOnly();
  readonly #running = new Map<string, number>();

  constructor(context: ToolCallsContext) {
    this.#context = context;
  }

  /** Undefined: there is no such tool. */
  async run(call: ToolCall, facts: CallerFacts): Promise<CallToolResult | undefined> {
    const offered = this.#context.catalogue.find(call.name);
    if (offered === undefined) return undefined;
    const { log, clock, redact } = this.#context;
    const startedAt = clock.monotonicMs();
    const about = { tool: call.name, principal: facts.principal.id, sessionId: facts.sessionId };
    try {
      refuseUnoffered(offered, facts);
      const output = await this.#within(facts.principal, () => this.#act(offered, call, facts));
      log.debug('A tool was called', { ...about, ms: Math.round(clock.monotonicMs() - startedAt) });
      return toResult(output, redact);
    } catch (error) {
      return toErrorResult(error, { log: log.child(about), redact });
    }
  }

  async #act(offered: OfferedTool, call: ToolCall, facts: CallerFacts): Promise<unknown> {
    const { tool, input: schema } = offered;
    const parsed = schema.safeParse(call.input);
    if (!parsed.success)
      throw new WaggleError('badRequest', z.prettifyError(parsed.error), {
        fix: `Call ${tool.name} with what its schema says.`,
      });
    const { idempotencyKey, ...input } = parsed.data;
    const ending = new Ending(call.signals, this.#context.limitMs ?? limitMs);
    const { signal } = ending;
    const key = tool.effect === 'reads' ? undefined : findKey(idempotencyKey, call.meta);
    const caller: ToolCaller = {
      ...{ ...facts, signal, idempotencyKey: key },
      progress: (...said) => call.progress(...said),
    };
    const run = async (): Promise<unknown> => {
      signal.throwIfAborted();
      return tool.output.parse(await tool.run(input, caller));
    };
    const work = key === undefined ? run() : this.#once(tool, { key, input, facts }, run);
    try {
      return await Promise.race([work, ending.reached]);
    } catch (error) {
      throw ending.reason ?? error;
    } finally {
      ending.dispose();
    }
  }

  #once<T>(
    { name, isRepeatable = false }: OfferedTool['tool'],
    { key, input, facts }: { key: string; input: unknown; facts: CallerFacts },
    run: () => Promise<T>,
  ): Promise<T> {
    const { lasting, passing } = this.#context.ledgers;
    const ledger = facts.isPrivate ? passing : lasting;
    const principalId = facts.principal.id;
    return this.#onceOnly.run({ principalId, tool: name, key, input, ledger, isRepeatable }, run);
  }

  async #within<T>({ id }: Principal, run: () => Promise<T>): Promise<T> {
    const running = this.#running.get(id) ?? 0;
    if (running >= atOnceMax)
      throw new WaggleError('rateLimited', `${atOnceMax} calls are at work already.`, {
        fix: 'Wait for one of them.',
      });
    this.#running.set(id, running + 1);
    try {
      return await run();
    } finally {
      const left = (this.#running.get(id) ?? 1) - 1;
      if (left === 0) this.#running.delete(id);
      else this.#running.set(id, left);
    }
  }
}

function refuseUnoffered({ tool }: OfferedTool, facts: CallerFacts): void {
  if (isOffered(tool, facts)) return;
  const { grant } = tool;
  const isMissingGrant = grant !== undefined && !facts.grants.includes(grant);
  const session = facts.sessionId ?? '<session>';
  throw new WaggleError('forbidden', `${tool.name} is not allowed here.`, {
    fix: isMissingGrant
      ? `Ask the person; they allow it with: waggle token grant ${session} ${grant}`
      : 'Ask the person; it is their setting waggle.agents.tools.',
  });
}

/** The model's own, the client's, or the id that an agent gives the call in its transcript. */
function findKey(given: unknown, meta: ToolCall['meta']): string | undefined {
  const names = ['waggle/idempotencyKey', 'claudecode/toolUseId'];
  const keys = [given, ...names.map((name) => meta[name])];
  return keys
    .map((key) => idempotencyKeySchema.safeParse(key).data)
    .find((key) => key !== undefined);
}
