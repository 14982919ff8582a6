/** "Start at Login": the daemon comes with the person's session, so that schedules run without the editor. */
import * as vscode from 'vscode';
import type { HomePaths } from '../link/home/home.ts';
import {
  installService,
  readService,
  removeService,
  servicePlaceOf,
} from '../link/service/service.ts';
import type { CommandHandlers } from './editor/editor.ts';
import { toMessage, translate as t } from './editor/editor.ts';

export interface Login {
  readonly commands: CommandHandlers<'startAtLogin'>;
  /** From now on; says so. @throws WaggleError when the system does not take it. */
  start(): Promise<void>;
}

export function createLogin({ home }: HomePaths): Login {
  const place = servicePlaceOf(home);
  const start = async (): Promise<void> => {
    const { lingers } = await installService(place);
    const said = t('Waggle starts when you log in.');
    const ends = t('It ends when you log out. To keep it: {0}', 'loginctl enable-linger');
    const message = lingers === false ? `${said} ${ends}` : said;
    void vscode.window.showInformationMessage(toMessage(message));
  };
  const offerRemoval = async (): Promise<void> => {
    const remove = t('Do Not Start at Login');
    const message = t('Waggle starts when you log in.');
    const chosen = await vscode.window.showInformationMessage(message, remove);
    if (chosen === remove) await removeService(place);
  };
  return {
    start,
    commands: {
      async startAtLogin() {
        const { isInstalled } = await readService(place);
        await (isInstalled ? offerRemoval() : start());
      },
    },
  };
}
