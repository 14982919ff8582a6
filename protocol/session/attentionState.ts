/** The one list of states that a person sees, the same in tree, status bar, command, protocol and notices; in sort order. */
import { z } from 'zod';
import { instantSchema } from '../wire/brand.ts';

export const attentionStates = [
  'asking',
  'failed',
  'finished',
  'working',
  'starting',
  'idle',
  'asleep',
  'interrupted',
  'ended',
  'killed',
  'unreachable',
  'unknown',
] as const;
export type AttentionState = (typeof attentionStates)[number];

/** `sentence`: what a person reads ("wants to run `npm test`"); cleaned text, never markup. `kind` only with `asking`. */
export const attentionSchema = z.object({
  state: z.enum(attentionStates),
  kind: z.enum(['permission', 'question', 'signIn']).nullable(),
  sentence: z.string().max(256),
  since: instantSchema,
});
export type Attention = z.infer<typeof attentionSchema>;

/** Sorts by state, then by who waits longest. */
export function compareAttention(left: Attention, right: Attention): number {
  const byState = attentionStates.indexOf(left.state) - attentionStates.indexOf(right.state);
  return byState !== 0 ? byState : left.since.localeCompare(right.since);
}
