import type { ChatSettings } from '../../protocol/chat/chat.ts';
import type { Permission, Rule, RuleWish } from '../../protocol/chat/permission.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { Principal } from '../feature.ts';
import type { SessionRow } from '../session/session.ts';
import type { StoreProxy } from '../store/store.ts';
import { createUuid } from '../uuid.ts';
import { covers, isInForce } from './rule.ts';
import type { ruleStore } from './rule.store.ts';

type Place = Pick<SessionRow, 'id' | 'workspaceId' | 'agent'>;

export const settingsAtFirst: ChatSettings = { sleepAfterMs: 30 * 60_000, maxRunning: 16 };

/** What is allowed without asking. Invariant: only what a person answered or asked for makes a rule. */
export class Rules {
  readonly #context: Pick<FeatureContext, 'clock' | 'log'>;
  readonly #store: StoreProxy<typeof ruleStore>;
  readonly #rules = new Map<string, Rule>();
  settings: ChatSettings = settingsAtFirst;

  constructor(context: FeatureContext) {
    this.#context = context;
    this.#store = context.openStore<typeof ruleStore>('chatRule');
  }

  async load(): Promise<void> {
    const { rules, settings } = await this.#store.load({});
    for (const rule of rules) this.#rules.set(rule.id, rule);
    this.settings = { ...settingsAtFirst, ...settings };
  }

  async configure(change: { readonly [K in keyof ChatSettings]?: ChatSettings[K] | undefined }) {
    const { sleepAfterMs = this.settings.sleepAfterMs, maxRunning = this.settings.maxRunning } =
      change;
    const settings = { sleepAfterMs, maxRunning };
    await this.#store.saveSettings(settings);
    this.settings = settings;
  }

  /** Those that still hold, the newest first. */
  list(): Rule[] {
    const now = this.#context.clock.now();
    return [...this.#rules.values()].filter((rule) => isInForce(rule, now)).toReversed();
  }

  /** The rule that allows it, when there is one. */
  find(permission: Permission, place: Place): Rule | undefined {
    if (permission.ask !== 'tool') return undefined;
    return this.list().find((rule) => isAt(rule, place) && covers(rule, permission));
  }

  /** The caller has made sure that a person wishes it, and that it covers what was asked. */
  async add(
    wish: RuleWish,
    about: { readonly tool: string; readonly place: Place; readonly by: Principal },
  ): Promise<Rule> {
    const { tool, place, by } = about;
    const isOfSession = wish.scope === 'session';
    const rule: Rule = {
      id: createUuid(this.#context.clock.now()),
      sessionId: isOfSession ? place.id : null,
      workspaceId: isOfSession ? null : place.workspaceId,
      agent: place.agent,
      tool,
      pattern: wish.pattern,
      expiresAt: wish.expiresAt,
      createdAt: new Date(this.#context.clock.now()).toISOString(),
      createdBy: by.id,
      uses: 0,
    };
    return this.#save(rule);
  }

  /** @throws WaggleError `notFound`. */
  async change(id: string, change: Partial<Pick<Rule, 'pattern' | 'expiresAt'>>): Promise<Rule> {
    return this.#save({ ...this.#get(id), ...change });
  }

  /** @throws WaggleError `notFound`. */
  async remove(id: string): Promise<void> {
    const rule = this.#get(id);
    // First here: while it is being removed it allows nothing any more.
    this.#rules.delete(id);
    try {
      await this.#store.remove({ id });
    } catch (error) {
      this.#rules.set(id, rule);
      throw error;
    }
  }

  async forgetSession(sessionId: string): Promise<void> {
    await this.#store.removeSession({ sessionId });
    for (const rule of this.#rules.values())
      if (rule.sessionId === sessionId) this.#rules.delete(rule.id);
  }

  /** It answered once more. A count that is lost is no loss. */
  used(rule: Rule): void {
    const counted = { ...rule, uses: rule.uses + 1 };
    this.#rules.set(rule.id, counted);
    this.#store.save(counted).catch((error: unknown) => {
      this.#context.log.warn('the use of a rule was not counted', { error });
    });
  }

  async #save(rule: Rule): Promise<Rule> {
    await this.#store.save(rule);
    this.#rules.set(rule.id, rule);
    return rule;
  }

  #get(id: string): Rule {
    const rule = this.#rules.get(id);
    if (rule === undefined) throw new WaggleError('notFound', 'There is no such rule.');
    return rule;
  }
}

function isAt({ sessionId, workspaceId, agent }: Rule, place: Place): boolean {
  if (agent !== place.agent) return false;
  return sessionId === null ? workspaceId === place.workspaceId : sessionId === place.id;
}
