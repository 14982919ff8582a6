import * as vscode from 'vscode';
import { z } from 'zod';
import { runCommand, translate as t } from './editor/editor.ts';
import type { SessionList } from './session/session.ts';
import { nameOf } from './session/session.ts';

const sessionPath = /^\/session\/([0-9a-f-]{36})$/;
const noticePath = '/notice';

export interface UriOptions {
  readonly sessions: SessionList;
  readonly followNotice: (query: string) => Promise<void>;
}

/**
 * `vscode://waggle.waggle/session/<id>`: an opaque id and nothing else; asks before it opens anything. `…/notice?notice=<id>`
 * goes where a notice of our own daemon leads.
 */
export function createUriHandler({ sessions, followNotice }: UriOptions): vscode.UriHandler {
  return {
    async handleUri(uri) {
      if (uri.path === noticePath) {
        await followNotice(uri.query);
        return;
      }
      const id = z.uuid().safeParse(sessionPath.exec(uri.path)?.[1]);
      if (!id.success) return;
      const session = sessions.get(id.data);
      const name = session === undefined ? id.data : nameOf(session);
      const open = t('Open');
      const message = t("A link asks to open the session '{0}'.", name);
      const chosen = await vscode.window.showInformationMessage(message, { modal: true }, open);
      if (chosen === open) await runCommand('openSession', id.data);
    },
  };
}
