/** Embeddings: an optional provider that turns facts into vectors, so that they are also found by meaning. */
import { z } from 'zod';
import { instantSchema } from '../wire/brand.ts';

export const embeddingProviders = ['off', 'openai', 'ollama', 'transformers'] as const;

export const embeddingSettingsSchema = z.object({
  /** `openai`: any endpoint that speaks `POST /v1/embeddings`. `transformers`: a package the person installed. */
  provider: z.enum(embeddingProviders),
  /** Base address; null: the provider's own. */
  url: z.string().max(2048).nullable(),
  model: z.string().max(256).nullable(),
  /** Whether a key is there, stored or in the variable; the key itself is never sent back. */
  hasKey: z.boolean(),
  /** Environment variable of the daemon that holds the key; null: the stored one is used. */
  keyVariable: z.string().nullable().default(null),
  /** For one request of the background; questions get less. */
  timeoutMs: z.int().default(30_000),
  /** Texts in one request. */
  batch: z.int().default(32),
});
export type EmbeddingSettings = z.infer<typeof embeddingSettingsSchema>;

/** A wish; what is left out stays. */
export const embeddingChangeSchema = z.strictObject({
  provider: z.enum(embeddingProviders).optional(),
  url: z.string().max(2048).nullable().optional(),
  model: z.string().min(1).max(256).nullable().optional(),
  /** Null forgets it. Never in an argument list: from the environment, a file or a prompt. */
  key: z.string().min(1).max(4096).nullable().optional(),
  keyVariable: z
    .string()
    .regex(/^[A-Za-z_]\w{0,127}$/)
    .nullable()
    .optional(),
  timeoutMs: z.int().min(1000).max(600_000).optional(),
  batch: z.int().min(1).max(256).optional(),
});

export const embeddingStatusSchema = z.object({
  settings: embeddingSettingsSchema,
  state: z.enum(['off', 'ready', 'working', 'failing']),
  /** Of the model in use; null until the provider answered once. */
  dimension: z.int().min(1).nullable(),
  /** Facts with a vector of this model, and all that should have one. */
  done: z.int().min(0),
  total: z.int().min(0),
  /** Why it fails, and what to do; null while it does not. */
  problem: z.string().nullable(),
  /** When it is tried again. */
  retryAt: instantSchema.nullable(),
});
export type EmbeddingStatus = z.infer<typeof embeddingStatusSchema>;
