import { createHash } from 'node:crypto';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { KeyedCall, Ledger } from './ledger.ts';

export interface KeyedAsk {
  readonly principalId: string;
  readonly tool: string;
  /** As it was given. */
  readonly key: string;
  readonly input: unknown;
  readonly ledger: Ledger;
  /** Doing it again does no harm: its noun knows the key, or it would change nothing. */
  readonly isRepeatable: boolean;
}

interface Working {
  readonly input: string;
  readonly result: Promise<unknown>;
}

/**
 * What was asked for with a key is done once: a repeat gets the result of the first, also while that one is at work, and
 * after the daemon died. What was given up before it was done may be asked for again.
 */
export class OnceOnly {
  readonly #working = new Map<string, Working>();

  /**
   * @throws WaggleError `conflict` when the key was used for something else, or when the daemon died while it was at work and
   *   nobody knows whether it was done; and whatever `act` rejects with.
   */
  async run<T>(asked: KeyedAsk, act: () => Promise<T>): Promise<T> {
    const call = toCall(asked);
    const working = this.#working.get(call.key);
    if (working === undefined) return this.#work(call, { asked, act });
    refuseOther(working.input, call);
    const outcome = await working.result.then(...outcomes);
    if (outcome.isDone) return outcome.value as T;
    if (this.#working.get(call.key) === working) this.#working.delete(call.key);
    return this.run(asked, act);
  }

  async #work<T>(call: KeyedCall, how: How<T>): Promise<T> {
    const result = actOnce(call, how);
    const working = { input: call.input, result };
    this.#working.set(call.key, working);
    try {
      return await result;
    } finally {
      if (this.#working.get(call.key) === working) this.#working.delete(call.key);
    }
  }
}

interface How<T> {
  readonly asked: KeyedAsk;
  readonly act: () => Promise<T>;
}

async function actOnce<T>(
  call: KeyedCall,
  { asked: { ledger, isRepeatable }, act }: How<T>,
): Promise<T> {
  const known = await ledger.begin(call);
  if (known !== undefined) refuseOther(known.input, call);
  if (typeof known?.result === 'string') return JSON.parse(known.result) as T;
  if (known !== undefined && !isRepeatable)
    throw new WaggleError(
      'conflict',
      'Waggle ended while this was at work: whether it was done is not known.',
      { fix: 'Look whether it was. If not, call again with a new idempotency key.' },
    );
  try {
    const value = await act();
    await ledger.finish(call, JSON.stringify(value));
    return value;
  } catch (error) {
    await ledger.drop(call.key);
    throw error;
  }
}

function refuseOther(input: string, call: KeyedCall): void {
  if (input === call.input) return;
  throw new WaggleError('conflict', 'The idempotency key was used for another call.', {
    fix: 'Use a new key for each thing that is to be done.',
  });
}

/** What is kept of a call says nothing of what was in it. */
function toCall({ principalId, tool, key, input }: KeyedAsk): KeyedCall {
  return {
    key: digest(JSON.stringify([principalId, tool, key])),
    input: digest(JSON.stringify(input)),
    principalId,
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

interface Outcome {
  readonly isDone: boolean;
  readonly value?: unknown;
}

/** The failure belongs to whoever asked first; the repeat tries for itself. */
const outcomes = [
  (value: unknown): Outcome => ({ isDone: true, value }),
  (_error: unknown): Outcome => ({ isDone: false }),
] as const;
