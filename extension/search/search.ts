/**
 * "Search Conversations and Output": what agents and terminals said, found while one types, opened where it stands.
 */
import * as vscode from 'vscode';
import type { Found } from '../../protocol/search/search.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { describeAge } from '../clock.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { followPick, runCommand, toPickLabel, translate as t } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { SessionList } from '../session/session.ts';
import { nameOf, readSessionId } from '../session/session.ts';
import { OutputPage } from './outputPage.ts';

export interface SearchOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly log: Log;
}

export interface SearchFeature extends Disposable {
  readonly commands: CommandHandlers<'search'>;
}

interface FoundPick extends vscode.QuickPickItem {
  readonly found?: Found;
}

const settleMs = 150;
const foundMax = 60;

export function createSearchFeature(options: SearchOptions): SearchFeature {
  const page = new OutputPage(options.connection);
  return {
    commands: {
      async search(argument) {
        await options.connection.require();
        const chosen = await pickFound(options, readSessionId(argument));
        if (chosen !== undefined) await open(page, chosen.found, chosen.query);
      },
    },
    dispose: () => page.dispose(),
  };
}

async function open(page: OutputPage, found: Found, query: string): Promise<void> {
  const { place, sessionId } = found;
  if (place.in === 'output') await page.show({ ...place, sessionId }, query);
  else await runCommand('openSession', { sessionId, position: place.position });
}

interface Chosen {
  readonly found: Found;
  readonly query: string;
}

function pickFound(
  options: SearchOptions,
  within: string | undefined,
): Promise<Chosen | undefined> {
  const pick = vscode.window.createQuickPick<FoundPick>();
  pick.title = t('Search Conversations and Output');
  pick.placeholder = t('Words that agents, terminals or you have said');
  // The daemon has looked already: nothing that it found is filtered away.
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  const stop = followPick(pick, {
    find: (query) => find(options, query, within),
    onFail: (reason) => options.log.warn('nothing was searched', reason),
    settleMs,
  });
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const found = pick.selectedItems[0]?.found;
      if (found === undefined) return;
      resolve({ found, query: pick.value });
      pick.hide();
    });
    pick.onDidHide(() => {
      stop();
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

async function find(
  { connection, sessions }: SearchOptions,
  query: string,
  within: string | undefined,
): Promise<readonly FoundPick[]> {
  if (query === '') return [];
  const { found, bytesLeft } = await connection.call('search/find', {
    ...{ query, limit: foundMax },
    ...(within === undefined ? {} : { sessionId: within }),
  });
  const nowMs = Date.now();
  const rows = found.map((one): FoundPick => {
    const session = sessions.get(one.sessionId);
    const name = session === undefined ? t('a session') : nameOf(session);
    const age = one.at === null ? '' : describeAge(one.at, nowMs, t);
    return {
      found: one,
      label: toPickLabel(toPlainLine(one.line, 160)),
      description: toPickLabel([name, nameOfPlace(one), age].filter(Boolean).join(' · ')),
      iconPath: new vscode.ThemeIcon(one.place.in === 'chat' ? 'comment-discussion' : 'terminal'),
      alwaysShow: true,
    };
  });
  const more: FoundPick[] =
    bytesLeft > 0 ? [{ label: t('More output is still being read…'), alwaysShow: true }] : [];
  if (rows.length === 0 && more.length === 0)
    return [{ label: t('Nothing was found.'), alwaysShow: true }];
  return [...rows, ...more];
}

function nameOfPlace({ place }: Found): string {
  if (place.in === 'output') return t('output');
  switch (place.kind) {
    case 'prompt':
      return t('you');
    case 'text':
      return t('agent');
    case 'thinking':
      return t('thinking');
    case 'tool':
      return t('tool');
  }
}
