/** Requests are closed at the receiver, so the sender leaves out what the agreed version does not know. */
import { z } from 'zod';

/** `params` without the fields whose schema says `.meta({ introducedIn })` of a later version. */
export function withoutNewer(schema: z.ZodType, params: unknown, agreed: number): unknown {
  if (!(schema instanceof z.ZodObject) || typeof params !== 'object' || params === null)
    return params;
  const shape: Record<string, z.ZodType> = schema.shape;
  const kept = Object.entries(params).filter(([key]) => {
    const introducedIn = shape[key]?.meta()?.['introducedIn'];
    return typeof introducedIn !== 'number' || introducedIn <= agreed;
  });
  return Object.fromEntries(kept);
}
