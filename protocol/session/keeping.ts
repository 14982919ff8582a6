/** What is kept of a session's output on disk after it was shown. */
import { z } from 'zod';

/** `none`: nothing. `tail`: the newest `bytes`. `full`: all of it, as far as the limit over all sessions allows. */
export const keptOutputs = ['none', 'tail', 'full'] as const;

const daysSchema = z.int().min(1).max(36_500).nullable();
const bytesSchema = z
  .int()
  .min(65_536)
  .max(4 * 1024 ** 3);

export const keepSchema = z.object({
  output: z.enum(keptOutputs),
  /** Output older than this goes; null: it stays. */
  days: daysSchema,
  /** Of one session, with `tail`. */
  bytes: bytesSchema,
});
export type Keep = z.infer<typeof keepSchema>;

/** A wish; what is left out stays as it was. */
export const keepChangeSchema = z.strictObject({
  output: z.enum(keptOutputs).optional(),
  days: daysSchema.optional(),
  bytes: bytesSchema.optional(),
});
export type KeepChange = z.infer<typeof keepChangeSchema>;

/** What holds until a person chooses: the newest 64 MiB, for 90 days. */
export const keepAtFirst: Keep = { output: 'tail', days: 90, bytes: 64 * 1024 * 1024 };

/** The change over what held; keys that are not there change nothing. */
export function changeKeep(keep: Keep, change: KeepChange | undefined): Keep {
  const { output = keep.output, days = keep.days, bytes = keep.bytes } = change ?? {};
  return { output, days, bytes };
}
