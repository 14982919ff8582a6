import type { z } from 'zod';
import type { needSchema } from '../../protocol/attention/attention.ts';
import { kindOfNeed, needKinds } from '../../protocol/attention/attention.ts';

export type Need = z.infer<typeof needSchema>;
export type { NeedKind } from '../../protocol/attention/attention.ts';

/** Ranks by kind, then by who waits longest. */
export function compareNeeds(left: Need, right: Need): number {
  const byKind = needKinds.indexOf(kindOfNeed(left)) - needKinds.indexOf(kindOfNeed(right));
  return byKind !== 0 ? byKind : left.since.localeCompare(right.since);
}
