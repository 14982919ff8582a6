/**
 * Plays one response of a script to whoever asked, through a face that every wire format implements.
 * Keeps what a script needs to remember between requests (gates, how often a fault happened); knows no HTTP.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Step } from './script.ts';

/** Why a response ended. */
export type EndReason = 'end' | 'tool' | 'max';

export interface ModelFailure {
  status: number;
  type: string;
  message: string;
}

/** One response on its way to an agent, in whatever format that agent speaks. Exactly one of the last three ends it. */
export interface Reply {
  think(text: string): void;
  say(text: string): void;
  callTool(name: string, input: Record<string, unknown>): void;
  finish(reason: EndReason): void;
  fail(failure: ModelFailure): void;
  /** Cuts the connection. */
  drop(): void;
}

/** What outlives a response: the gates that tests open, and the faults that already happened. */
export class Stage {
  readonly #open = new Set<string>();
  readonly #faults = new Map<string, number>();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #onDidWait: (gate: string) => void;

  constructor(onDidWait: (gate: string) => void) {
    this.#onDidWait = onDidWait;
  }

  isWaiting(gate: string): boolean {
    return this.#waiting.has(gate);
  }

  /** Opens a gate for good: whoever waits there goes on, whoever comes later does not wait. */
  release(gate: string): void {
    this.#open.add(gate);
    for (const resume of this.#waiting.get(gate) ?? []) resume();
    this.#waiting.delete(gate);
  }

  wait(gate: string, signal: AbortSignal): Promise<void> {
    if (this.#open.has(gate) || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(gate) ?? new Set();
      const resume = (): void => {
        waiting.delete(resume);
        if (waiting.size === 0) this.#waiting.delete(gate);
        resolve();
      };
      this.#waiting.set(gate, waiting.add(resume));
      signal.addEventListener('abort', resume, { once: true });
      this.#onDidWait(gate);
    });
  }

  /** True the first `times` times that it is asked for this fault. */
  isDue(fault: string, times: number): boolean {
    const happened = this.#faults.get(fault) ?? 0;
    this.#faults.set(fault, happened + 1);
    return happened < times;
  }
}

/** Where a response is played. `place` names it uniquely, so that `times` counts per place in a conversation. */
export interface Playback {
  reply: Reply;
  stage: Stage;
  place: string;
}

/** Resolves when the response has ended, or when the agent went away (`signal`), after which nothing more is written. */
export async function playResponse(
  steps: readonly Step[],
  playback: Playback,
  signal: AbortSignal,
): Promise<void> {
  let reason: EndReason = 'end';
  for (const [index, step] of steps.entries()) {
    const outcome = await playStep(
      step,
      { ...playback, place: `${playback.place}/${index}` },
      signal,
    );
    if (outcome === 'ended' || signal.aborted) return;
    reason = outcome ?? reason;
  }
  playback.reply.finish(reason);
}

async function playStep(
  step: Step,
  playback: Playback,
  signal: AbortSignal,
): Promise<EndReason | 'ended' | undefined> {
  const { reply, stage, place } = playback;
  switch (step.kind) {
    case 'think':
      reply.think(step.text);
      return undefined;
    case 'say':
      reply.say(step.text);
      return undefined;
    case 'tool':
      reply.callTool(step.name, step.input);
      return 'tool';
    case 'max':
      return 'max';
    case 'delay':
      await delay(step.delayMs, undefined, { signal }).catch(ignoreAbort);
      return undefined;
    case 'wait':
      await stage.wait(step.gate, signal);
      return undefined;
    case 'hang':
      await new Promise<void>((resolve) =>
        signal.addEventListener('abort', () => resolve(), { once: true }),
      );
      return 'ended';
    case 'drop':
      if (!stage.isDue(place, step.times)) return undefined;
      reply.drop();
      return 'ended';
    case 'error':
      if (!stage.isDue(place, step.times)) return undefined;
      reply.fail(step);
      return 'ended';
  }
}

/** The agent hung up during a delay: the caller sees it on the signal. */
function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
