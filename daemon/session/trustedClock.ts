/** Whether the clock may decide what is old: one that jumped is not believed before it has proved itself. */
import { z } from 'zod';

const hourMs = 3_600_000;
/** A machine that sleeps over night is no surprise. */
const jumpMs = 12 * hourMs;
const doubtAtFirstMs = 24 * hourMs;

export const clockBeliefSchema = z.object({
  /** What the clock said at the last look, milliseconds since the epoch. */
  wallMs: z.number(),
  /** How much longer it has to go on without us believing it; counts only time that we saw pass. */
  doubtMs: z.number().min(0),
});
export type ClockBelief = z.infer<typeof clockBeliefSchema>;

/**
 * The belief after a look. `passedMs`: time that was seen to pass since the last one, 0 for the first of a process. The
 * clock may be used when `doubtMs` is 0. A doubt is not prolonged by further jumps: a machine that is off each night would
 * never be believed.
 */
export function lookAtClock(
  belief: ClockBelief | undefined,
  { wallMs, passedMs }: { readonly wallMs: number; readonly passedMs: number },
): ClockBelief {
  if (belief === undefined) return { wallMs, doubtMs: doubtAtFirstMs };
  if (belief.doubtMs > 0) return { wallMs, doubtMs: Math.max(0, belief.doubtMs - passedMs) };
  const isJump = Math.abs(wallMs - belief.wallMs - passedMs) > jumpMs;
  return { wallMs, doubtMs: isJump ? doubtAtFirstMs : 0 };
}
