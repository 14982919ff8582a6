/** What comes with everything that a person says in a chat. */
import { z } from 'zod';
import { clientIdSchema } from '../wire/brand.ts';

/** Characters of one message. A request holds 1 MiB in all. */
export const textMost = 900_000;
export const textSchema = z.string().max(textMost);
/** Pictures of one message. */
export const attachmentsMost = 16;

/** The asker's whole environment, or the values on top of what `windowId` reported: for when a process has to be started. */
export const askerFields = {
  environment: z.record(z.string().min(1).max(256), z.string().max(131_072)).default({}),
  windowId: clientIdSchema.optional(),
};
