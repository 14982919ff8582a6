import { createHash } from 'node:crypto';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { FeatureContext } from '../context.ts';
import type { Outgoing } from './chat.store.ts';

export interface BearerContext {
  readonly sessionId: SessionId;
  readonly generation: number;
  readonly tokens: Pick<FeatureContext['tokens'], 'create'>;
}

/**
 * The secret of an agent that is told over its pipe where our tools are. What waits for the pipe is on disk, and the secret
 * is not: something stands for it there, and it is put in on its way. Another daemon makes another one.
 */
export class Bearer {
  /** Stands for the secret in lines of the protocol; never in what a person says. */
  readonly stand: string;
  readonly #context: BearerContext;
  #secret: Promise<string> | undefined;

  constructor(context: BearerContext) {
    this.#context = context;
    const { sessionId, generation } = context;
    const hash = createHash('sha256').update(`${sessionId}/${generation}/bearer`).digest('hex');
    this.stand = `waggle-bearer-${hash.slice(0, 32)}`;
  }

  isIn({ messageId, bytes }: Pick<Outgoing, 'messageId' | 'bytes'>): boolean {
    return messageId === null && Buffer.from(bytes).includes(this.stand);
  }

  async putIn({ bytes }: Pick<Outgoing, 'bytes'>): Promise<Uint8Array> {
    this.#secret ??= this.#create();
    const secret = await this.#secret;
    return Buffer.from(Buffer.from(bytes).toString('utf8').replaceAll(this.stand, secret));
  }

  async #create(): Promise<string> {
    const { tokens, sessionId } = this.#context;
    const { token } = await tokens.create({ sessionId, right: 'self' });
    return token.slice(token.indexOf('.') + 1);
  }
}
