import type { z } from 'zod';
import type { needSchema } from '../../protocol/attention/attention.ts';
import { needKinds } from '../../protocol/attention/attention.ts';

export type Need = z.infer<typeof needSchema>;
export type NeedKind = Need['kind'];

/** Ranks by kind, then by who waits longest. */
export function compareNeeds(left: Need, right: Need): number {
  const byKind = needKinds.indexOf(left.kind) - needKinds.indexOf(right.kind);
  return byKind !== 0 ? byKind : left.since.localeCompare(right.since);
}
