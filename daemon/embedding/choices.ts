/** What a person chose: in the database, but for the key, which lies in a file that only they can read. */
import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hasCode, readPrivateFile, replacePrivateFile } from '../../link/home/home.ts';
import { embeddingSettingsSchema } from '../../protocol/memory/embedding.ts';
import type { EmbeddingSettings } from '../../protocol/memory/memory.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { StoreProxy } from '../store/store.ts';
import type { recallStore } from '../recall/recall.ts';
import { parseEndpoint } from './address.ts';

const keptSchema = embeddingSettingsSchema.omit({ hasKey: true }).partial();
type Kept = z.infer<typeof keptSchema>;

const atFirst: EmbeddingSettings = {
  provider: 'off',
  url: null,
  model: null,
  hasKey: false,
  keyVariable: null,
  timeoutMs: 30_000,
  batch: 32,
};

/** A wish of `memory/embeddings`. */
export interface EmbeddingChange {
  readonly provider?: EmbeddingSettings['provider'] | undefined;
  readonly url?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly key?: string | null | undefined;
  readonly keyVariable?: string | null | undefined;
  readonly timeoutMs?: number | undefined;
  readonly batch?: number | undefined;
}

export interface EmbeddingChoicesContext extends Pick<FeatureContext, 'paths' | 'secrets'> {
  readonly store: Pick<StoreProxy<typeof recallStore>, 'readSettings' | 'writeSettings'>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export class EmbeddingChoices {
  readonly #context: EmbeddingChoicesContext;
  readonly #keyFile: string;
  #kept: Kept = {};
  /** In the redactor. */
  #hidden: string | undefined;

  constructor(context: EmbeddingChoicesContext) {
    this.#context = context;
    this.#keyFile = join(context.paths.home, 'embedding.key');
  }

  get settings(): EmbeddingSettings {
    const hasKey = this.readKey() !== undefined;
    return embeddingSettingsSchema.parse({ ...atFirst, ...this.#kept, hasKey });
  }

  async load(): Promise<void> {
    const text = await this.#context.store.readSettings({});
    const parsed = keptSchema.safeParse(JSON.parse(text ?? '{}'));
    this.#kept = parsed.success ? parsed.data : {};
    this.#hide(this.readKey());
  }

  /** @throws WaggleError `badRequest` for an address that nothing may be sent to; then nothing has changed. */
  async change({ key, ...change }: EmbeddingChange): Promise<void> {
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    const kept = keptSchema.parse({ ...this.#kept, ...Object.fromEntries(given) });
    if (typeof kept.url === 'string') parseEndpoint(kept.url);
    await this.#context.store.writeSettings({ settings: JSON.stringify(kept) });
    this.#kept = kept;
    if (key === null) this.#forgetKey();
    else if (key !== undefined) replacePrivateFile(this.#keyFile, toHeaderValue(key));
    this.#hide(this.readKey());
  }

  readKey(): string | undefined {
    const { keyVariable } = this.#kept;
    const found =
      typeof keyVariable === 'string'
        ? this.#context.env[keyVariable]
        : readPrivateFile(this.#keyFile);
    const key = found?.trim();
    return key === '' ? undefined : key;
  }

  #forgetKey(): void {
    try {
      unlinkSync(this.#keyFile);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }

  #hide(key: string | undefined): void {
    if (key === this.#hidden) return;
    const { secrets } = this.#context;
    if (this.#hidden !== undefined) secrets.remove(this.#hidden);
    if (key !== undefined) secrets.add(key);
    this.#hidden = key;
  }
}

/** A key with a line break or an invisible character would be none that a service takes. */
function toHeaderValue(key: string): string {
  const trimmed = key.trim();
  if (/^[\x21-\x7e]+$/u.test(trimmed)) return trimmed;
  throw new WaggleError('badRequest', 'The key holds characters that no key has.', {
    fix: 'Copy it again, without quotes and line breaks.',
  });
}
