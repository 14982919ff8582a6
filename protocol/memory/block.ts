/** Blocks, shown as notes: short texts that are always in the prompt. */
import { z } from 'zod';
import { blockIdSchema, instantSchema, roleIdSchema, workspaceIdSchema } from '../wire/brand.ts';
import { sourceSchema } from './source.ts';

/** Characters (UTF-16 units) of one block; what a new one may hold unless a person says otherwise; of all of one owner. */
export const blockLimits = { least: 100, most: 20_000, atFirst: 2000, perOwner: 50_000, count: 20 };

/** `project`, `conventions`, `release steps` */
export const blockLabelSchema = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u);

/** Whose prompt it stands in: every role's in one repository, or one role's everywhere. */
export const blockOwnerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('workspace'), workspaceId: workspaceIdSchema }),
  z.strictObject({ kind: z.literal('role'), roleId: roleIdSchema }),
]);
export type BlockOwner = z.infer<typeof blockOwnerSchema>;

export const blockSchema = z.object({
  id: blockIdSchema,
  owner: blockOwnerSchema,
  /** Unique for its owner, whatever the case. */
  label: z.string(),
  /** What belongs in it; stands in the prompt and in tools. */
  description: z.string(),
  limit: z.int().min(1),
  text: z.string(),
  /** Order in the prompt; ascending, then by id. */
  position: z.int().min(0),
  /** Rises with every change; what a writer read is compared with it. */
  revision: z.int().min(0),
  updatedAt: instantSchema,
  updatedBy: sourceSchema,
});
export type Block = z.infer<typeof blockSchema>;

/** An earlier text of a block. */
export const blockVersionSchema = z.object({
  revision: z.int().min(0),
  text: z.string(),
  at: instantSchema,
  by: sourceSchema,
});

/** What of a session's start goes into its prompt. */
export const promptSchema = z.object({
  /** Empty when there is nothing to say. The same notes give the same bytes. */
  text: z.string(),
  characters: z.int().min(0),
  /** An estimate: a quarter of the characters. */
  tokens: z.int().min(0),
  blockIds: z.array(blockIdSchema),
});
export type MemoryPrompt = z.infer<typeof promptSchema>;

/** How notes reach an agent that we start: in its prompt, by a file it reads, by a tool it has to call, or not. */
export const reachSchema = z.object({
  agent: z.string(),
  label: z.string(),
  way: z.enum(['prompt', 'file', 'tool', 'none']),
  /** One sentence: by which option or file, since which version, what does not work. */
  detail: z.string(),
});
export type Reach = z.infer<typeof reachSchema>;
