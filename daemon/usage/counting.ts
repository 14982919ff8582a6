import type { Price, UsageSum } from '../../protocol/usage/usage.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { EndedTurn, LimitsOfChat } from '../chat/chat.ts';
import type { FeatureContext } from '../context.ts';
import type { SessionRow } from '../session/session.ts';
import { isLive } from '../session/session.ts';
import type { StoreProxy } from '../store/store.ts';
import { isAgent } from './ceilings.ts';
import { dayOf } from './day.ts';
import type { UsageNouns } from './nouns.ts';
import { countedAgents } from './places.ts';
import type { Prices } from './prices.ts';
import { addSums, noUsage, toSum } from './prices.ts';
import { Privacy } from './privacy.ts';
import { Reading } from './reading.ts';
import type { NamedSession, NamedWorkspace, SummingNouns } from './summing.ts';
import type { LoadedUsage, usageStore } from './usage.store.ts';

export interface CountingContext {
  readonly daemon: FeatureContext;
  readonly nouns: UsageNouns;
}

/** An agent writes its record a moment after it said something. */
const lookAfterMs = 700;
/** While something may have to be stopped. */
const lookEveryMs = 5000;
/** Everything that agents keep is listed at each look. */
const gapMs = 2000;
const limitNameMax = 64;
/** What a first look left. */
const goOnAfterMs = 250;

/** When the records are looked at, and what they come to. */
export class Counting implements Disposable {
  readonly store: StoreProxy<typeof usageStore>;
  readonly reading: Reading;
  readonly #context: CountingContext;
  readonly #privacy: Privacy;
  #prices: Prices = new Map();
  #hold: () => Promise<void> = () => Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #regular: NodeJS.Timeout | undefined;
  #isStopped = false;
  #lookedAtMs = -Infinity;

  constructor(context: CountingContext) {
    this.#context = context;
    const { daemon, nouns } = context;
    this.store = daemon.openStore<typeof usageStore>('usage');
    this.#privacy = new Privacy(this.store);
    this.reading = new Reading({
      ...{ log: daemon.log, store: this.store, privacy: this.#privacy },
      sessions: () => nouns.sessions.rows(),
      environment: process.env,
    });
  }

  get prices(): Prices {
    return this.#prices;
  }

  /** Runs when more was counted. */
  holdWith(hold: () => Promise<void>): void {
    this.#hold = hold;
  }

  async load(): Promise<LoadedUsage> {
    const loaded = await this.store.load({});
    this.reading.load(loaded.files);
    this.#privacy.load(loaded.privateHashes);
    this.#prices = new Map(loaded.prices);
    return loaded;
  }

  /** From now on agents are counted while they work. `isHeld`: there is a ceiling. */
  begin(isHeld: () => boolean): void {
    const { sessions } = this.#context.nouns;
    sessions.onDidChange((row) => {
      if (isAgent(row)) this.#soon(lookAfterMs);
    });
    this.#regular = setInterval(() => {
      const isWorking = (row: SessionRow): boolean => isAgent(row) && isLive(row.status);
      if (isHeld() && sessions.rows().some(isWorking)) this.#soon(0);
    }, lookEveryMs).unref();
  }

  async setPrice(model: string, price: Price | null): Promise<void> {
    await this.store.setPrice({ model, price });
    const prices = new Map(this.#prices);
    if (price === null) prices.delete(model);
    else prices.set(model, price);
    this.#prices = prices;
    await this.#tell();
  }

  /** Everything that agents wrote until now, as far as one look reaches; the rest is read afterwards. */
  async look(): Promise<void> {
    const isNew = await this.reading.look();
    this.#lookedAtMs = this.#context.daemon.clock.monotonicMs();
    if (this.reading.bytesLeft > 0) this.#soon(goOnAfterMs);
    if (!isNew) return;
    await this.#tell();
    await this.#hold();
  }

  now(): number {
    return this.#context.daemon.clock.now();
  }

  /** Stops who has used up what it may. */
  check(): Promise<void> {
    return this.#hold();
  }

  /** Nothing of a private session is counted when it is gone either. */
  async forgetPrivate(row: SessionRow): Promise<void> {
    await this.#privacy.learn([row]);
    if (row.conversations.length === 0) await this.reading.leaveOut(row);
  }

  /** Of agents that keep no record that we know: what they said at the end of a turn of a chat. */
  async countTurn({ sessionId, turn, model, usage }: EndedTurn): Promise<void> {
    const { nouns, daemon } = this.#context;
    const row = nouns.sessions.find(sessionId);
    const isKept = countedAgents.some((agent) => agent === row?.agent);
    if (row === undefined || isKept || row.private === true) return;
    const now = daemon.clock.now();
    const record = {
      ...{ key: `${sessionId}/${turn}`, at: new Date(now).toISOString(), day: dayOf(now) },
      conversation: row.conversations.at(-1)?.id ?? sessionId,
      ...{ directory: row.cwd, model: model ?? row.agent, cacheWrite: 0 },
      ...{ input: usage.inputTokens, output: usage.outputTokens, cacheRead: usage.cachedTokens },
      costUsd: usage.costUsd === 0 ? null : usage.costUsd,
    };
    await this.store.take({ agent: row.agent, file: undefined, records: [record], limits: [] });
    await this.#tell();
    await this.#hold();
  }

  /** Of plans that agents tell in a chat and keep no record of. */
  async takeLimits({ sessionId, limits }: LimitsOfChat): Promise<void> {
    const row = this.#context.nouns.sessions.find(sessionId);
    if (row === undefined || row.private === true) return;
    const seenAt = new Date(this.now()).toISOString();
    const seen = limits.map(({ name, ...limit }) => ({
      ...{ ...limit, seenAt },
      name: toPlainLine(name, limitNameMax),
    }));
    const part = { agent: row.agent, file: undefined, records: [], limits: seen };
    if ((await this.store.take(part)).isNew) await this.#tell();
  }

  async today(): Promise<{ readonly day: string; readonly sum: UsageSum }> {
    const day = dayOf(this.#context.daemon.clock.now());
    const summed = await this.store.sum({ from: day });
    const sum = summed.map((row) => toSum(row, this.#prices)).reduce(addSums, noUsage);
    return { day, sum };
  }

  /** How sessions and repositories are named now. */
  names(): SummingNouns {
    const { sessions, workspaces } = this.#context.nouns;
    const ofConversation = new Map<string, NamedSession>();
    for (const row of sessions.rows()) {
      if (row.origin === 'imported') continue;
      const { id, name, workspaceId } = row;
      const keys = [id, ...row.conversations.map((one) => one.id)];
      for (const key of keys) ofConversation.set(`${row.agent} ${key}`, { id, name, workspaceId });
    }
    const ofRoot = new Map<string, NamedWorkspace>();
    return {
      sessionOf: (agent, conversation) => ofConversation.get(`${agent} ${conversation}`),
      workspaceOf(directory, session) {
        const own = session && workspaces.find(session.workspaceId);
        if (own !== undefined) return { ...own, key: own.id };
        if (directory === null) return undefined;
        const known = ofRoot.get(directory);
        if (known !== undefined) return known;
        const root = workspaces.worktreeOf(directory);
        const found = workspaces.findByRoot(root);
        const named =
          found === undefined ? { id: null, name: root, key: root } : { ...found, key: found.id };
        ofRoot.set(directory, named);
        return named;
      },
    };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.dispose();
    await this.reading.stop();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#regular);
  }

  #soon(ms: number): void {
    if (this.#timer !== undefined || this.#isStopped) return;
    const restMs = this.#lookedAtMs + gapMs - this.#context.daemon.clock.monotonicMs();
    const waitMs = this.reading.bytesLeft > 0 ? ms : Math.max(ms, restMs);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.look().catch((error: unknown) =>
        this.#context.daemon.log.warn('usage was not counted', { reason: errorMessageOf(error) }),
      );
    }, waitMs).unref();
  }

  async #tell(): Promise<void> {
    const [today, limits] = await Promise.all([this.today(), this.store.limits({})]);
    this.#context.daemon.publish('usage/changed', { today, limits });
  }
}
