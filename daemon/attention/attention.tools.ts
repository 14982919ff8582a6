import { z } from 'zod';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { Tool, ToolCaller } from '../feature.ts';
import { defineTool } from '../feature.ts';
import type { Notifying } from './notifying.ts';

const progressEveryMs = 15_000;

/** What agents may do about the person: call them. */
export function createAttentionTools(notifying: Notifying): Tool[] {
  return [
    defineTool({
      name: 'notify',
      title: 'Notify the Person',
      description:
        'Call the person when you need them or something they wait for is done; not for progress. wait: until they have seen it, at most 4 minutes. Their looking at it is no permission.',
      tier: 'core',
      effect: 'adds',
      input: z.strictObject({
        message: z.string().min(1).max(1000),
        wait: z.boolean().default(false),
      }),
      output: z.object({ outcome: z.enum(['told', 'opened', 'dismissed', 'waiting']) }),
      async run({ message, wait }, caller) {
        caller.signal.throwIfAborted();
        if (!wait) {
          await notifying.notify({ message, wait }, { ...caller, onceClosed: neverClosed });
          return { outcome: 'told' as const };
        }
        return { outcome: await waitFor(notifying, message, caller) };
      },
    }),
  ];
}

const waitMaxMs = 240_000;

async function waitFor(
  notifying: Notifying,
  message: string,
  caller: ToolCaller,
): Promise<'opened' | 'dismissed' | 'waiting'> {
  const limit = AbortSignal.timeout(waitMaxMs);
  const signal = AbortSignal.any([caller.signal, limit]);
  const gaveUp = Promise.withResolvers<'waiting'>();
  signal.addEventListener('abort', () => gaveUp.resolve('waiting'), { once: true });
  let ticks = 0;
  const tell = (): void => caller.progress((ticks += 1), 'The person has not looked yet');
  tell();
  const timer = setInterval(tell, progressEveryMs);
  try {
    const asker = { ...caller, onceClosed: onceAborted(signal) };
    const told = Promise.resolve(notifying.notify({ message, wait: true }, asker));
    const answered = told.then(({ outcome = 'dismissed' }) => outcome);
    return await Promise.race([answered, gaveUp.promise]);
  } finally {
    clearInterval(timer);
  }
}

function onceAborted(signal: AbortSignal): (run: () => void) => Disposable {
  return (run) => {
    signal.addEventListener('abort', run, { once: true });
    return { dispose: () => signal.removeEventListener('abort', run) };
  };
}

/** Nothing is waited for. */
function neverClosed(): Disposable {
  return { dispose: () => undefined };
}
