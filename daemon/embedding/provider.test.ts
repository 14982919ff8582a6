import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddingServer } from '../../test/support/embeddingServer.ts';
import { embedForTest, testDimension } from '../../test/support/testEmbedder.ts';
import type { EmbeddingFailure } from './failure.ts';
import { postJson } from './post.ts';
import { createProvider } from './provider.ts';

const settings = {
  ...({ provider: 'openai', model: null, hasKey: false, keyVariable: null } as const),
  ...{ timeoutMs: 1000, batch: 8, url: null },
};
const entry = join(import.meta.dirname, 'embeddingWorker.ts');
const packageThatTellsItsThread = `
const { threadId } = require('node:worker_threads');
exports.env = {};
exports.pipeline = async () => async ([text]) => {
  if (text === 'die') process.exit(3);
  if (text === 'never') await new Promise(() => undefined);
  return { dims: [1, 2], data: Float32Array.of(threadId, 0) };
};
`;
const texts = ['one text', 'another text', 'a third'];

describe('a provider of embeddings', () => {
  let server: EmbeddingServer;
  beforeEach(async () => {
    server = await EmbeddingServer.open();
  });
  afterEach(() => server.close());

  async function embed(over: object = {}, key?: string, signal = new AbortController().signal) {
    const provider = createProvider({
      settings: { ...settings, url: `${server.url}/v1/`, ...over },
      readKey: () => key,
      ...{ directory: '/nowhere', entry },
    });
    return await provider?.embed({ texts, timeoutMs: 1000, signal });
  }

  it('answers in the order of the texts, in both dialects, with vectors of length one', async () => {
    for (const over of [{}, { provider: 'ollama', url: server.url }]) {
      const vectors = (await embed(over)) ?? [];
      assert.equal(vectors.length, 3);
      for (const [index, vector] of vectors.entries()) {
        const expected = embedForTest(texts[index] ?? '');
        assert.ok(
          vector.every((number, place) => Math.abs(number - (expected[place] ?? 9)) < 1e-6),
        );
      }
    }
    assert.deepEqual(
      server.asked.map(({ path, model }) => [path, model]),
      [
        ['/v1/embeddings', 'text-embedding-3-small'],
        ['/api/embed', 'nomic-embed-text'],
      ],
    );
  });

  it('keeps the query of its address', async () => {
    await embed({ url: `${server.url}/openai/v1?api-version=2` });
    assert.equal(server.asked[0]?.path, '/openai/v1/embeddings?api-version=2');
  });

  it('fails with a reason when an answer has vectors of two dimensions or too few', async () => {
    server.mood = 'mixes';
    await assert.rejects(embed(), { kind: 'dimension', code: 'conflict' });
    server.mood = 'drops';
    await assert.rejects(embed(), { kind: 'answer' });
  });

  it('says how long it was asked to wait, and repeats no key', async () => {
    server.mood = 'isBusy';
    const busy = await embed().catch((error: unknown) => error as EmbeddingFailure);
    assert.ok(busy !== undefined && 'retryAfterMs' in busy && busy.retryAfterMs === 120_000);
    server.mood = 'refusesKey';
    const refused = await embed({}, 'sk-secret-1234').catch((error: unknown) => String(error));
    assert.match(String(refused), /\[secret\]/);
    assert.equal(String(refused).includes('sk-secret'), false);
  });

  it('ends at once when nobody waits any more', async () => {
    server.mood = 'hangs';
    const control = new AbortController();
    const asked = embed({}, undefined, control.signal);
    control.abort(new Error('gone'));
    await assert.rejects(asked, /gone/);
  });

  it('sends a key in the clear to no other machine', async () => {
    const asked = postJson({
      ...{ url: 'http://10.255.255.1/v1', body: {}, key: 'sk-1', timeoutMs: 1000 },
      signal: new AbortController().signal,
    });
    await assert.rejects(asked, { kind: 'key' });
  });

  it('tells a name that leads elsewhere', async () => {
    const { port } = new URL(server.url);
    // Ends in `.localhost`, and so is this machine and nothing else.
    const vectors = await embed({ url: `http://localhost:${port}/v1` });
    assert.equal(vectors?.[0]?.length, testDimension);
  });

  it('is none without a package, and says which to install', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'wgl-embedding-'));
    const provider = createProvider({
      settings: { ...settings, provider: 'transformers' },
      readKey: () => undefined,
      ...{ directory, entry },
    });
    const asked = provider?.embed({ texts, timeoutMs: 5000, signal: new AbortController().signal });
    await assert.rejects(asked ?? Promise.resolve(), (error: EmbeddingFailure) => {
      assert.deepEqual([error.kind, error.code], ['package', 'notFound']);
      assert.match(error.fix ?? '', /npm install --prefix/);
      return true;
    });
    provider?.dispose?.();
    rmSync(directory, { recursive: true });
  });

  it('runs a local model in a thread of its own, and in a new one when that has ended', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'wgl-embedding-'));
    const folder = join(directory, 'node_modules', '@huggingface', 'transformers');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ main: 'index.cjs' }));
    writeFileSync(join(folder, 'index.cjs'), packageThatTellsItsThread);
    const provider = createProvider({
      settings: { ...settings, provider: 'transformers' },
      readKey: () => undefined,
      ...{ directory, entry },
    });
    const { signal } = new AbortController();
    const asked = async (text: string) =>
      (await provider?.embed({ texts: [text], timeoutMs: 60_000, signal }))?.map((one) => [...one]);
    // A vector of the main thread, which is number 0, had no direction.
    assert.deepEqual(await asked('hello'), [[1, 0]]);
    await assert.rejects(asked('die'), { kind: 'answer', message: /its thread ended with 3/ });
    assert.deepEqual(await asked('hello'), [[1, 0]]);
    const late = asked('never');
    provider?.dispose?.();
    await assert.rejects(late, { kind: 'answer' });
    rmSync(directory, { recursive: true });
  });

  it('is off when nobody set one', () => {
    const off = { settings: { ...settings, provider: 'off' as const }, readKey: () => undefined };
    assert.equal(createProvider({ ...off, directory: '/x', entry }), undefined);
  });
});
