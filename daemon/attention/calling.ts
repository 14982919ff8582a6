import { createSystemNotifier, findDesktop, openLink } from '../../link/notice/notice.ts';
import type { Desktop } from '../../link/notice/notice.ts';
import { kindOfNeed } from '../../protocol/attention/attention.ts';
import type { Notice, NoticeSettings } from '../../protocol/attention/notice.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { attentionStore } from './attention.store.ts';
import { Calls } from './calls.ts';
import { Choices } from './choices.ts';
import type { CallOutcome, Matter } from './engine.ts';
import { createCallState } from './engine.ts';
import type { Need } from './needs.ts';
import type { AttentionNouns, DescribedSession, DescribeSession } from './nouns.ts';
import { createNoticeId, NoticeLog } from './noticeLog.ts';
import { Notifying } from './notifying.ts';
import { PersonCommand } from './personCommand.ts';
import { findPlace, folderLink, withNotice } from './places.ts';
import type { FoundPlace } from './places.ts';
import type { NeedFacts, NeedFollower, Registry } from './registry.ts';
import { Ringing } from './ringing.ts';

export interface CallingContext extends AttentionNouns {
  readonly daemon: FeatureContext;
  readonly registry: Registry;
}

const nameless = 'Waggle';

/** Of `attention/notify`: its need has the notice's own id. What a program calls by its output has another one. */
function isMessage({ kind, id }: Pick<Matter, 'kind' | 'id'>): boolean {
  return kind === 'notice' && /^[0-9a-f]{32}$/.test(id);
}

/** How a person is called: when, by which window, by which means, and what was told. */
export class Calling implements NeedFollower, Disposable {
  readonly log: NoticeLog;
  readonly choices: Choices;
  readonly notifying: Notifying;
  readonly #context: CallingContext;
  readonly #store;
  readonly #calls: Calls;
  readonly #ringing: Ringing;
  readonly #command: PersonCommand;
  readonly #notifier;
  readonly #listening: Disposable;
  readonly #configured = new Emitter<NoticeSettings>();
  /** The notice that was made of each need. */
  readonly #noticeOf = new Map<string, string>();
  /** Where what needs somebody is. */
  readonly #folders = new Map<SessionId, string | null>();
  #describe: DescribeSession = () => undefined;
  /** Of any window: it tells which editor the person has. */
  #lastCallback: string | undefined;

  readonly onDidConfigure = this.#configured.event;

  constructor(context: CallingContext) {
    const { daemon, windows, registry } = context;
    this.#context = context;
    this.#store = daemon.openStore<typeof attentionStore>('attention');
    const { clock, log, warnings } = daemon;
    this.log = new NoticeLog({ store: this.#store, clock, log });
    this.choices = new Choices({
      store: this.#store,
      now: () => clock.now(),
      isPrivate: (id) => this.describe(id)?.isPrivate ?? true,
      changed: () => this.#reconfigure(),
    });
    this.#command = new PersonCommand({ log, warnings });
    this.#notifier = createSystemNotifier({
      findDesktop: () => this.#findDesktop(),
      onFailure: (reason) => log.warn('A notice of the system was not shown', { reason }),
    });
    this.#ringing = new Ringing({
      listWindows: () => windows.listPresent(),
      findDesktop: () => this.#findDesktop(),
      notifier: this.#notifier,
      command: this.#command,
      settings: () => this.settings,
      linkTo: ({ id, sessionId }) => this.#linkTo(this.findPlace(sessionId, undefined).place, id),
      onOpen: (id) => this.#openFromSystem(id),
    });
    const state = createCallState(this.settings, []);
    this.#calls = new Calls(clock, state, (outcome) => this.#handle(outcome));
    this.notifying = new Notifying({
      clock,
      source: registry.register({
        kinds: ['notice'],
        answer: async ({ id }) => this.notifying.end(id, 'dismissed'),
      }),
      describe: (id) => this.describe(id),
      isVisible: (id) => this.#calls.isVisible(id),
    });
    registry.followWith(this);
    this.#listening = windows.onDidChangePresence(() => this.#look());
  }

  get settings(): NoticeSettings {
    return this.choices.settings;
  }

  describeWith(describe: DescribeSession): void {
    this.#describe = describe;
  }

  describe(id: SessionId): DescribedSession | undefined {
    return this.#describe(id);
  }

  /** What was kept. Messages that nobody dealt with wait again; nobody is called for them a second time. */
  async start(): Promise<void> {
    const kept = await this.#store.load({});
    this.log.load(kept);
    this.choices.load(kept);
    this.#reconfigure();
    for (const notice of this.log.listOpen())
      if (notice.kind === 'notice') this.notifying.restore(notice);
  }

  put(need: Need, facts: NeedFacts | undefined): void {
    const { id, sessionId, since, text } = need;
    const kind = kindOfNeed(need);
    const described = sessionId === null ? undefined : this.describe(sessionId);
    const name = facts?.name ?? described?.name ?? '';
    if (sessionId !== null)
      this.#folders.set(sessionId, facts?.folder ?? described?.folder ?? null);
    const isKnownPublic = facts?.isPrivate === false || described?.isPrivate === false;
    const isSaidPrivate = facts?.isPrivate === true || described?.isPrivate === true;
    const matter: Matter = {
      ...{ id, kind, sessionId, since, text },
      title: name === '' ? nameless : name,
      turnMs: facts?.turnMs ?? null,
      isRestored: facts?.isRestored ?? false,
      isPrivate: isSaidPrivate || (sessionId !== null && !isKnownPublic),
    };
    // What can be raised may have changed without a word: a desktop came, or went.
    this.#look();
    this.#calls.act({ type: 'put', matter });
    if (kind === 'notice' && sessionId !== null && !isMessage(matter))
      this.notifying.giveWay(sessionId, text);
  }

  removed(id: string): void {
    this.#calls.act({ type: 'removed', id });
  }

  async forgetSession(id: SessionId): Promise<void> {
    this.notifying.endAllOf(id, 'dismissed');
    this.choices.forgetSession(id);
    this.#folders.delete(id);
    await this.log.forgetSession(id);
  }

  /** Somebody followed the link of a notice, or dealt with it otherwise. */
  open(notice: Notice): void {
    this.notifying.end(notice.id, 'opened');
    this.#settle(notice.id);
  }

  findPlace(sessionId: SessionId | null, askingId: string | undefined): FoundPlace {
    const described = sessionId === null ? undefined : this.describe(sessionId);
    const known = sessionId === null ? null : (this.#folders.get(sessionId) ?? null);
    const folder = described?.folder ?? known;
    const question = { sessionId, folder, askingId };
    return findPlace(this.#context.windows.listPresent(), question);
  }

  dispose(): void {
    this.#listening.dispose();
    this.#calls.dispose();
    this.#ringing.dispose();
    this.#notifier.dispose();
    this.#command.dispose();
    this.#configured.dispose();
  }

  #handle(outcome: CallOutcome): void {
    switch (outcome.type) {
      case 'silenced':
        this.#note(outcome.matter, { silence: outcome.silence });
        return;
      case 'called':
        this.#ring(outcome.matters).catch((error: unknown) => {
          this.#context.daemon.log.error('A call failed', { error });
        });
        return;
      case 'over':
        return this.#end(outcome.matter);
      case 'seen':
        return this.#see(outcome.sessionId);
    }
  }

  #note(matter: Matter, fields: Pick<Notice, 'silence'>): ReturnType<NoticeLog['add']> {
    const id = isMessage(matter) ? matter.id : createNoticeId();
    this.#noticeOf.set(matter.id, id);
    // It may have been deleted since: nothing of it is written any more.
    const isGone = matter.sessionId !== null && this.describe(matter.sessionId) === undefined;
    return this.log.add(isGone ? { ...matter, isPrivate: true } : matter, { id, ...fields });
  }

  /** Told after it is kept, so that a link in it leads somewhere; what is over by then is not told. */
  async #ring(matters: readonly Matter[]): Promise<void> {
    // The oldest gets the lowest cursor.
    const noted = matters.toReversed().map((matter) => this.#note(matter, {}));
    await Promise.all(noted.map(({ written }) => written));
    const open = noted
      .map(({ notice }) => notice)
      .filter(({ id }) => this.log.find(id)?.settledAt === undefined)
      .reverse();
    if (open.length > 0) this.#ringing.ring(open);
  }

  #end(matter: Matter): void {
    const id = this.#noticeOf.get(matter.id) ?? this.#findKept(matter);
    this.#noticeOf.delete(matter.id);
    if (id !== undefined) this.#settle(id);
  }

  /** Of a need that an earlier daemon told about. */
  #findKept(matter: Matter): string | undefined {
    if (isMessage(matter)) return matter.id;
    return matter.sessionId === null ? undefined : this.log.findOpen(matter)?.id;
  }

  #see(sessionId: SessionId): void {
    this.notifying.endAllOf(sessionId, 'opened');
    for (const notice of this.log.listOpen())
      if (notice.sessionId === sessionId) this.#settle(notice.id);
  }

  #settle(noticeId: string): void {
    this.log.settle(noticeId);
    this.#ringing.settle(noticeId);
  }

  #look(): void {
    const windows = this.#context.windows.listPresent();
    this.#lastCallback =
      windows.find(({ callback }) => callback !== null)?.callback ?? this.#lastCallback;
    const looked = windows.filter(({ focused }) => focused).flatMap(({ visible }) => visible);
    const reach = {
      visible: new Set(looked),
      hasWindow: windows.length > 0,
      hasSystem: this.#ringing.hasSystem,
    };
    this.#calls.act({ type: 'reached', reach });
  }

  #reconfigure(): void {
    const { settings, mutes } = this.choices;
    this.#calls.act({ type: 'configured', settings, mutes });
    this.#configured.fire(settings);
    this.#context.daemon.publish('attention/configured', { settings, mutes });
  }

  #findDesktop(): Desktop {
    return findDesktop({
      platform: process.platform,
      own: process.env,
      reported: this.#context.windows.findNewestEnvironment(),
      uid: process.getuid?.(),
    });
  }

  /** The window that fits comes to the front by its link; one that cannot is told at least. */
  #openFromSystem(noticeId: string): void {
    const notice = this.log.find(noticeId);
    if (notice === undefined) return;
    const { sessionId } = notice;
    const { place, window } = this.findPlace(sessionId, undefined);
    this.open(notice);
    const reveal = (): void => {
      if (sessionId !== null) window?.notify('attention/revealed', { sessionId });
    };
    const link = this.#linkTo(place, noticeId);
    if (link === undefined) return reveal();
    openLink(link, this.#findDesktop()).catch((error: unknown) => {
      this.#context.daemon.log.warn('A link could not be opened', {
        reason: errorMessageOf(error),
      });
      reveal();
    });
  }

  #linkTo({ callback, folder }: FoundPlace['place'], noticeId: string): string | undefined {
    if (callback !== undefined) return withNotice(callback, noticeId);
    return folder === undefined ? undefined : folderLink(folder, this.#lastCallback);
  }
}
