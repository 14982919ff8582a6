/** What makes vectors of texts, whoever it is. */
import { z } from 'zod';
import type { EmbeddingSettings } from '../../protocol/memory/memory.ts';
import { EmbeddingFailure } from './failure.ts';
import { createTransformers } from './transformers.ts';
import type { EmbeddingProvider } from './vectorAnswer.ts';
import { toVectors } from './vectorAnswer.ts';

export interface ProviderContext {
  readonly settings: EmbeddingSettings;
  readonly readKey: () => string | undefined;
  /** Where a person installs packages and models for a local provider. Absolute. */
  readonly directory: string;
  /** File of the program that runs a local model in a thread. */
  readonly entry: string;
}

export const usualUrls = {
  openai: 'https://api.openai.com/v1',
  ollama: 'http://127.0.0.1:11434',
} as const;
export const usualModels = {
  openai: 'text-embedding-3-small',
  ollama: 'nomic-embed-text',
  transformers: 'Xenova/all-MiniLM-L6-v2',
} as const;

const dimensionMax = 8192;
const numbersSchema = z.array(z.number()).min(1).max(dimensionMax);
const openaiAnswer = z.object({
  data: z.array(z.object({ index: z.int().min(0).optional(), embedding: numbersSchema })),
});
const ollamaAnswer = z.object({ embeddings: z.array(numbersSchema) });

/** Undefined for `off`. */
export function createProvider(context: ProviderContext): EmbeddingProvider | undefined {
  const { provider } = context.settings;
  if (provider === 'off') return undefined;
  if (provider === 'transformers') {
    const model = context.settings.model ?? usualModels.transformers;
    return createTransformers({ ...context, model });
  }
  return createService(provider, context);
}

function createService(
  provider: 'openai' | 'ollama',
  { settings, readKey }: ProviderContext,
): EmbeddingProvider {
  const base = (settings.url ?? usualUrls[provider]).replace(/\/+$/u, '');
  const model = settings.model ?? usualModels[provider];
  const isOpenai = provider === 'openai';
  return {
    modelId: `${provider} ${hostOf(base)} ${model}`,
    async embed({ texts, timeoutMs, signal }) {
      // Who sets no service loads no client for one.
      const { postJson } = await import('./post.ts');
      const answer = await postJson({
        url: withPath(base, isOpenai ? '/embeddings' : '/api/embed'),
        body: { model, input: texts, ...(isOpenai ? { encoding_format: 'float' } : {}) },
        key: readKey(),
        timeoutMs,
        signal,
      });
      const numbers = isOpenai
        ? ordered(readAs(openaiAnswer, answer).data)
        : readAs(ollamaAnswer, answer).embeddings;
      return toVectors(numbers, texts.length);
    },
  };
}

/** The query of the address stays, as some services want a version there. */
function withPath(base: string, path: string): string {
  if (!URL.canParse(base)) return base;
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/u, '')}${path}`;
  return url.href;
}

function hostOf(base: string): string {
  return URL.canParse(base) ? new URL(base).host : '';
}

function readAs<S extends z.ZodType>(schema: S, answer: unknown): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new EmbeddingFailure(
    'answer',
    'The embedding service answers with something else than vectors.',
    {
      fix: 'Check its address and the model: it has to be one for embeddings.',
    },
  );
}

function ordered(rows: z.output<typeof openaiAnswer>['data']): number[][] {
  return rows
    .map(({ index, embedding }, place) => ({ place: index ?? place, embedding }))
    .toSorted((left, right) => left.place - right.place)
    .map(({ embedding }) => embedding);
}
