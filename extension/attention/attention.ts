/**
 * What waits for the person: a view of its own with a badge, how this window rings, and the ways there. Shows and answers
 * entries of the daemon's registry; decides neither what needs a person nor when somebody is called, and never opens by
 * itself.
 */
import * as vscode from 'vscode';
import type { Need } from '../../protocol/attention/attention.ts';
import type { ClientId, SessionId } from '../../protocol/wire/brand.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { setContext, showFailure, translate as t } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { SessionList } from '../session/session.ts';
import { chooseSession, readSessionId } from '../session/session.ts';
import { followSettings } from './configuring.ts';
import { createGoNext } from './goNext.ts';
import { showMissed } from './missed.ts';
import { chooseMute } from './mute.ts';
import { MuteBook, describeMute } from './muteBook.ts';
import { createNeedCommands } from './needCommands.ts';
import { NeedTree } from './needTree.ts';
import { followNoticeLink } from './noticeLink.ts';
import { PendingOpen } from './pendingOpen.ts';
import { followRinging } from './ringing.ts';
import { createWhyPage } from './whyPage.ts';

export { watchSeen } from './seen.ts';

export interface AttentionOptions {
  readonly connection: DaemonConnection;
  readonly windowId: ClientId;
  readonly sessions: SessionList;
  readonly machineMemory: vscode.Memento;
  /** The session whose terminal is in front. */
  readonly activeSession: () => SessionId | undefined;
  /** The link that leads back to this window, and another one after it was followed. */
  readonly presence: { readonly callback: string | null; renewCallback(): Promise<void> };
  readonly log: Log;
}

type AttentionCommandName =
  | 'answerNeed'
  | 'dismissNeed'
  | 'reviewNeed'
  | 'nextNeed'
  | 'whySession'
  | 'muteNotices'
  | 'missedNotices';

export interface AttentionFeature extends Disposable {
  readonly commands: CommandHandlers<AttentionCommandName>;
  readonly needs: () => readonly Need[];
  readonly onDidChange: Event<void>;
  /** `query`: of a link that came back to this window. */
  followLink(query: string): Promise<void>;
}

export function createAttentionFeature(options: AttentionOptions): AttentionFeature {
  const { connection, windowId, sessions, presence, machineMemory, log } = options;
  const owned = new DisposableStore();
  const { needs, onDidChange, view } = owned.add(showNeeds(options));
  const mutes = owned.add(new MuteBook());
  const pending = new PendingOpen(machineMemory);
  const findSession = sessions.get.bind(sessions);
  const mute = (id?: SessionId): Promise<boolean> =>
    chooseMute({ connection, mutes, findSession }, id);
  const ways = { connection, windowId, needs, pending, log };
  owned.add(
    mutes.onDidChange(() => {
      const all = mutes.find(null, Date.now());
      view.description = all === undefined ? '' : describeMute(all, t);
    }),
  );
  owned.add(followSettings({ connection, mutes, log }));
  owned.add(
    followRinging({
      ...ways,
      mutes,
      mute: ({ sessionId }) => mute(sessionId ?? undefined),
      callback: () => presence.callback,
    }),
  );
  pending.take().catch(showFailure);
  const goNext = createGoNext(ways);
  return {
    commands: {
      ...createNeedCommands({ connection, needs, findSession }),
      ...createOtherCommands(options, { owned, mute }),
      nextNeed: () => goNext(),
      missedNotices: () => showMissed({ ...ways, machineMemory }),
    },
    needs,
    onDidChange,
    async followLink(query) {
      await Promise.all([followNoticeLink(ways, query), presence.renewCallback()]);
    },
    dispose: () => owned.dispose(),
  };
}

interface OtherCommandParts {
  readonly owned: DisposableStore;
  readonly mute: (sessionId?: SessionId) => Promise<boolean>;
}

function createOtherCommands(
  { connection, sessions, activeSession }: AttentionOptions,
  { owned, mute }: OtherCommandParts,
): CommandHandlers<'whySession' | 'muteNotices'> {
  const why = owned.add(createWhyPage(connection));
  return {
    async whySession(argument) {
      const placeHolder = t('Why is which session in its state?');
      const session = await chooseSession({ connection, sessions }, argument, { placeHolder });
      if (session !== undefined) await why.show(session);
    },
    async muteNotices(argument) {
      await connection.require();
      const named = sessionIdSchema.safeParse(readSessionId(argument));
      await mute(named.success ? named.data : activeSession());
    },
  };
}

interface NeedsShown extends Disposable {
  readonly needs: () => readonly Need[];
  readonly onDidChange: Event<void>;
  readonly view: vscode.TreeView<Need>;
}

function showNeeds({ connection, sessions, log }: AttentionOptions): NeedsShown {
  const owned = new DisposableStore();
  const changed = owned.add(new Emitter<void>());
  const tree = owned.add(new NeedTree((id) => sessions.get(id)));
  const view = owned.add(vscode.window.createTreeView('waggle.needs', { treeDataProvider: tree }));
  let revision = -1;
  const show = (list: { readonly needs: readonly Need[]; readonly revision: number }): void => {
    if (list.revision < revision) return;
    revision = list.revision;
    tree.show(list.needs);
    const count = list.needs.length;
    const tooltip = count === 1 ? t('1 needs you') : t('{0} need you', count);
    view.badge = count === 0 ? undefined : { value: count, tooltip };
    if (count > 0) void setContext('wasNeeded', true);
    changed.fire();
  };
  owned.add(sessions.onDidChange(() => tree.update()));
  owned.add(
    connection.onDidConnect((link) => {
      revision = -1;
      link.onEvent('attention/changed', show);
      link.call('attention/subscribe', {}).then(show, (error: unknown) => {
        log.warn('needs were not listed', errorMessageOf(error));
      });
    }),
  );
  return {
    needs: () => tree.needs,
    onDidChange: changed.event,
    view,
    dispose: () => owned.dispose(),
  };
}
