/** `waggle notify`: an agent or a script calls the person. */
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';
import { findMeant } from '../session/session.ts';

export interface NotifyOptions {
  readonly message: string;
  readonly reference: string | undefined;
  readonly wait: boolean;
}

const outcomes = { opened: 'Opened.', dismissed: 'Dismissed.' } as const;

export async function notify(context: CommandContext, options: NotifyOptions): Promise<number> {
  const { message, reference, wait } = options;
  const meant = reference === undefined ? undefined : await findMeant(context, reference);
  const link = meant?.link ?? (await context.connect());
  const about = meant === undefined ? {} : { sessionId: meant.session.id };
  const params = { message, wait, ...about };
  const result = await link.call('attention/notify', params, wait ? { timeoutMs: 0 } : {});
  const { outcome } = result;
  context.output.result(result, () => (outcome === undefined ? [] : [outcomes[outcome]]));
  return exitCodes.ok;
}
