import type { SessionId } from '../../protocol/wire/brand.ts';
import type { ConnectedHost } from '../host/host.ts';
import type { SessionRow } from './row.ts';

/** Who understands what comes out of sessions on pipes. It acknowledges only what it has committed. */
export interface PipeReader {
  /** The process of the row runs in that host, or what it wrote last is there; called again for each connection. */
  follow(row: SessionRow, host: ConnectedHost): Promise<void>;
  /** Seq up to which a generation was committed; undefined when it is not followed. */
  seqOf(id: SessionId, generation: number): number | undefined;
  /** What was received and not committed comes again. */
  forget(id: SessionId): void;
  /** The session is deleted: resolves when nothing of it is kept. */
  remove(id: SessionId): Promise<void>;
}

/** The place of the one reader: whoever makes sessions does not know chats. */
export class Pipes implements PipeReader {
  #reader: PipeReader | undefined;

  readWith(reader: PipeReader): void {
    this.#reader = reader;
  }

  async follow(row: SessionRow, host: ConnectedHost): Promise<void> {
    await this.#reader?.follow(row, host);
  }

  seqOf(id: SessionId, generation: number): number | undefined {
    return this.#reader?.seqOf(id, generation);
  }

  forget(id: SessionId): void {
    this.#reader?.forget(id);
  }

  async remove(id: SessionId): Promise<void> {
    await this.#reader?.remove(id);
  }
}
