/** What processes use, as far as the system tells it cheaply. */
import { z } from 'zod';
import { sessionIdSchema } from '../wire/brand.ts';

export const usageSchema = z.object({
  /** Of one core, since the last look; null where nobody can tell. */
  cpuPercent: z.number().min(0).nullable(),
  /** Resident, memory that several of them share counted for each; null where nobody can tell. */
  rssBytes: z.int().min(0).nullable(),
  processes: z.int().min(0),
});
export type Usage = z.infer<typeof usageSchema>;

export const resourcesSchema = z.object({
  /** Sessions that have a process. */
  sessions: z.array(usageSchema.extend({ sessionId: sessionIdSchema })),
  daemon: usageSchema.extend({ pid: z.int() }),
  hosts: z.array(usageSchema.extend({ id: z.string(), pid: z.int() })),
});
export type Resources = z.infer<typeof resourcesSchema>;
