/** A loopback service for embeddings, in both dialects, that can also hang, lie, die and refuse. */
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { embedForTest, testDimension } from './testEmbedder.ts';

export type ServerMood =
  | 'well'
  /** Takes requests and never answers. */
  | 'hangs'
  /** Answers a request with vectors of another dimension. */
  | 'lies'
  /** Vectors of two dimensions in one answer. */
  | 'mixes'
  /** One vector too few. */
  | 'drops'
  | 'dies'
  | 'garbles'
  | 'floods'
  | 'redirects'
  | 'fails'
  | 'isBusy'
  | 'refusesKey'
  | 'refusesTexts';

export interface AskedForVectors {
  readonly path: string;
  readonly model: string;
  readonly texts: readonly string[];
  readonly authorization: string | undefined;
}

export class EmbeddingServer {
  readonly asked: AskedForVectors[] = [];
  mood: ServerMood = 'well';
  dimension = testDimension;
  /** A text with this in it is refused, whatever the mood. */
  refusedText = '\0';
  /** After so many texts it changes its mood. */
  turn: { readonly afterTexts: number; readonly to: ServerMood } | undefined;
  readonly #server: Server;
  #texts = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async open(): Promise<EmbeddingServer> {
    const server = new EmbeddingServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get texts(): string[] {
    return this.asked.flatMap(({ texts }) => texts);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { model, input } = JSON.parse(await readBody(request)) as {
      model: string;
      input: string[];
    };
    const { authorization } = request.headers;
    this.asked.push({ path: request.url ?? '', model, texts: input, authorization });
    if (this.turn !== undefined && this.#texts >= this.turn.afterTexts) {
      this.mood = this.turn.to;
      this.turn = undefined;
    }
    this.#texts += input.length;
    const isRefused = input.some((text) => text.includes(this.refusedText));
    if (isRefused) send(response, 400, { error: { message: 'this text is too long' } });
    else this.#inMood(response, { input, path: request.url ?? '', authorization });
  }

  #inMood(
    response: ServerResponse,
    {
      input,
      path,
      authorization,
    }: { input: string[]; path: string; authorization: string | undefined },
  ): void {
    const vectors = this.#vectors(input);
    switch (this.mood) {
      case 'hangs':
        return;
      case 'dies':
        response.destroy();
        return;
      case 'garbles':
        response.end('<html>well</html>');
        return;
      case 'floods':
        flood(response);
        return;
      case 'redirects':
        response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data' }).end();
        return;
      case 'fails':
        send(response, 500, { error: 'out of \u001b[31mmemory' });
        return;
      case 'isBusy':
        response.setHeader('retry-after', '120');
        send(response, 429, { error: { message: 'slow down' } });
        return;
      case 'refusesKey':
        send(response, 401, { error: { message: `Incorrect key: ${authorization ?? ''}` } });
        return;
      case 'refusesTexts':
        send(response, 400, { error: { message: 'not an embedding model' } });
        return;
      default:
        send(
          response,
          200,
          path.endsWith('/api/embed') ? { embeddings: vectors } : openaiAnswer(vectors),
        );
    }
  }

  #vectors(input: readonly string[]): number[][] {
    const isLying = this.mood === 'lies';
    const vectors = input.map((text, index) => {
      const isOdd = isLying || (this.mood === 'mixes' && index > 0);
      return [...embedForTest(text, isOdd ? this.dimension / 2 : this.dimension)];
    });
    return this.mood === 'drops' ? vectors.slice(1) : vectors;
  }
}

/** Some services answer in an order of their own. */
function openaiAnswer(vectors: readonly number[][]): object {
  return { data: vectors.map((embedding, index) => ({ index, embedding })).toReversed() };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function flood(response: ServerResponse): void {
  const piece = Buffer.alloc(1 << 20, ' ');
  const write = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', write);
  write();
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
