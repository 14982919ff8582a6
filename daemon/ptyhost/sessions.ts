/** The sessions of this host by their id: spawned once per generation, kept after their end until they are collected. */
import type { HostKind } from '../../protocol/host/host.ts';
import type { HostId, SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import type { Launch } from './child.ts';
import { countDescriptors, descriptorsMax } from './descriptors.ts';
import type { SessionSurroundings } from './hostedSession.ts';
import { HostedSession } from './hostedSession.ts';
import { Output } from './output.ts';
import type { BudgetedRing } from './ringBudget.ts';
import { RingBudget, sumCapacity } from './ringBudget.ts';

export interface SpawnRequest {
  readonly session: SessionId;
  readonly generation: number;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly size: TerminalSize;
  readonly ringBytes: number;
  readonly meta: string;
}

export interface SessionsOptions {
  readonly hostId: HostId;
  readonly kind: HostKind;
  readonly launch: Launch;
  readonly surroundings: SessionSurroundings;
}

const sessionsMax = 4096;

export class Sessions {
  readonly #sessions = new Map<SessionId, HostedSession>();
  readonly #budget = new RingBudget();
  readonly #options: SessionsOptions;
  isDraining = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get ringBytes(): number {
    return sumCapacity(this.#rings());
  }

  list(): HostedSession[] {
    return [...this.#sessions.values()];
  }

  find(id: SessionId): HostedSession | undefined {
    return this.#sessions.get(id);
  }

  /** Throws `notFound`. */
  get(id: SessionId): HostedSession {
    const session = this.#sessions.get(id);
    if (session !== undefined) return session;
    throw new WaggleError('notFound', 'This host holds no such session.');
  }

  /**
   * Starts a process, or finds that it was started before. Throws `conflict` when another generation stands in the way,
   * `limitReached`, and whatever the launch throws; then nothing has changed.
   */
  spawn(request: SpawnRequest): { readonly session: HostedSession; readonly already: boolean } {
    const existing = this.#sessions.get(request.session);
    if (existing?.generation === request.generation) return { session: existing, already: true };
    this.#refuseConflict(existing, request);
    this.#refuseOverload();
    const session = this.#launch(request, existing);
    this.#sessions.set(request.session, session);
    existing?.channels.clear();
    existing?.dispose();
    return { session, already: false };
  }

  /** Forgets an ended session that nobody holds. */
  collect(id: SessionId): HostedSession | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || session.exit === undefined || session.held) return undefined;
    this.#sessions.delete(id);
    this.#budget.giveBack(this.#rings());
    return session;
  }

  dispose(): void {
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
  }

  #launch(request: SpawnRequest, existing: HostedSession | undefined): HostedSession {
    const { hostId, kind, launch, surroundings } = this.#options;
    const { session: id, generation, size, meta } = request;
    const ringBytes = this.#budget.grant(request.ringBytes, this.#rings(id));
    const output = new Output(kind, ringBytes, { size, lease: existing?.lease ?? null });
    const start = {
      ...{ session: id, generation, kind, size, meta, predecessor: existing },
      ringBytes: request.ringBytes,
    };
    const session = new HostedSession(start, output, surroundings);
    const env = { ...request.env, WAGGLE_HOST_ID: hostId };
    session.adopt(launch({ ...request, env }, session));
    return session;
  }

  #refuseConflict(existing: HostedSession | undefined, { generation }: SpawnRequest): void {
    if (existing === undefined) return;
    if (existing.exit === undefined) {
      throw new WaggleError('conflict', 'Another process of this session still runs.');
    }
    if (existing.generation > generation) {
      throw new WaggleError('conflict', 'A later process of this session was started already.');
    }
  }

  #refuseOverload(): void {
    if ((countDescriptors() ?? 0) > descriptorsMax) this.isDraining = true;
    if (this.isDraining) {
      throw new WaggleError('limitReached', 'This pty host takes no new sessions.', {
        details: { draining: true },
      });
    }
    if (this.#sessions.size >= sessionsMax) {
      throw new WaggleError('limitReached', `This pty host holds ${sessionsMax} sessions already.`);
    }
  }

  #rings(except?: SessionId): BudgetedRing[] {
    return this.list()
      .filter(({ id }) => id !== except)
      .map((session) => toBudgeted(session));
  }
}

function toBudgeted(session: HostedSession): BudgetedRing {
  const { ring, isQueue } = session.output;
  return {
    activeAt: session.activeAt,
    wantedBytes: session.start.ringBytes,
    get capacityBytes() {
      return ring.capacityBytes;
    },
    minimumBytes: isQueue ? ring.capacityBytes : 0,
    setCapacity: (bytes) => ring.setCapacity(bytes),
  };
}
