/**
 * A model on this machine by transformers.js, a package that the person installs: with its runtime it is larger than all of
 * Waggle. Models come from disk; from the network only when the person names the address of a hub. Runs in a thread of its
 * own: loading and computing hold whatever runs beside them for seconds.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { parseEndpoint } from './address.ts';
import { EmbeddingFailure } from './failure.ts';
import { toVectors } from './vectorAnswer.ts';

export interface LocalModelPlace {
  readonly model: string;
  /** Where a person installed the package and put models. Absolute. */
  readonly directory: string;
  /** Address of a hub to load from; null: from disk alone. */
  readonly hub: string | null;
}

type Extract = (texts: readonly string[], options: object) => Promise<unknown>;

const packageName = '@huggingface/transformers';
const tensorSchema = z.object({
  dims: z.tuple([z.int().min(1), z.int().min(1)]),
  data: z.instanceof(Float32Array),
});

/** What we use of the package; it is not there when we are checked. */
interface Transformers {
  readonly env: Record<string, unknown>;
  pipeline(task: 'feature-extraction', model: string, options: object): Promise<Extract>;
}

/** Loads at the first question, and again after a failure: it may be there at the next try. */
export class LocalModel {
  readonly #place: LocalModelPlace;
  #loading: Promise<Extract> | undefined;

  constructor(place: LocalModelPlace) {
    this.#place = place;
  }

  /** @throws EmbeddingFailure */
  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    return extractAll(await this.#load(), texts);
  }

  async #load(): Promise<Extract> {
    this.#loading ??= loadModel(this.#place);
    try {
      return await this.#loading;
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
  }
}

async function extractAll(extract: Extract, texts: readonly string[]): Promise<Float32Array[]> {
  const answer = await extract([...texts], { pooling: 'mean', normalize: true }).catch(
    (cause: unknown) => {
      throw new EmbeddingFailure('answer', `The model fails: ${lineOf(cause)}`, { cause });
    },
  );
  const tensor = tensorSchema.safeParse(answer);
  if (!tensor.success)
    throw new EmbeddingFailure('model', 'The model makes no vectors.', {
      fix: 'Choose one for feature extraction.',
    });
  const { dims, data } = tensor.data;
  const [rows, dimension] = dims;
  const vectors = Array.from({ length: rows }, (_, row) =>
    data.subarray(row * dimension, (row + 1) * dimension),
  );
  return toVectors(vectors, texts.length);
}

async function loadModel({ model, directory, hub }: LocalModelPlace): Promise<Extract> {
  const transformers = await importPackage(directory);
  Object.assign(transformers.env, {
    localModelPath: join(directory, 'models'),
    cacheDir: join(directory, 'models'),
    allowLocalModels: true,
    allowRemoteModels: hub !== null,
    ...(hub === null ? {} : { remoteHost: parseEndpoint(hub).url.href }),
  });
  try {
    return await transformers.pipeline('feature-extraction', model, { dtype: 'q8' });
  } catch (cause) {
    const where = join(directory, 'models', model);
    throw new EmbeddingFailure('model', `The model ${model} cannot be loaded: ${lineOf(cause)}`, {
      cause,
      fix: `Put it into ${where}, or give the address of a hub to load it from, such as https://huggingface.co`,
    });
  }
}

async function importPackage(directory: string): Promise<Transformers> {
  try {
    const path = createRequire(join(directory, 'package.json')).resolve(packageName);
    const loaded: unknown = await import(pathToFileURL(path).href);
    return checked(loaded);
  } catch (cause) {
    if (cause instanceof EmbeddingFailure) throw cause;
    const isMissing =
      cause instanceof Error && 'code' in cause && cause.code === 'MODULE_NOT_FOUND';
    const message = isMissing
      ? 'transformers.js is not installed.'
      : `transformers.js cannot be loaded: ${lineOf(cause)}`;
    const fix = `Install it: npm install --prefix ${directory} ${packageName}`;
    throw new EmbeddingFailure('package', message, { cause, fix });
  }
}

function checked(loaded: unknown): Transformers {
  const parts = z.object({ env: z.looseObject({}), pipeline: z.function() });
  const whole = loaded as Transformers & { readonly default?: unknown };
  const found = [whole, whole.default].find((one) => parts.safeParse(one).success);
  if (found !== undefined) return found as Transformers;
  throw new EmbeddingFailure(
    'package',
    'The installed transformers.js is none that Waggle knows.',
    {
      fix: `Install version 4 of ${packageName}.`,
    },
  );
}

function lineOf(error: unknown): string {
  return toPlainLine(errorMessageOf(error), 200);
}
