/**
 * Panes of tmux: which there are, and sessions that show one. The pane's process stays with tmux; what runs in the session
 * is our own command, which asks tmux for the screen and gives it the keys.
 */
import { join } from 'node:path';
import type { HomePaths } from '../../link/home/home.ts';
import type { Feature } from '../feature.ts';
import type { ConversationSessions } from '../session/session.ts';
import { getPane, listPanes } from './tmux.ts';

export type PaneFeature = Feature<'pane'>;

export interface PaneContext {
  readonly paths: HomePaths;
  readonly sessions: ConversationSessions;
}

export function createPaneFeature({ paths, sessions }: PaneContext): PaneFeature {
  return {
    noun: 'pane',
    handlers: {
      async 'pane/list'(asker) {
        const { panes, tmux } = await listPanes(sessions.environmentFor(asker));
        return { panes: [...panes], tmux };
      },
      async 'pane/mirror'({ pane: wanted, resize, size, ...asker }, caller) {
        const pane = await getPane(sessions.environmentFor(asker), wanted);
        const command = [join(paths.home, 'bin', 'waggle'), 'mirror-pane', pane.socket, pane.id];
        const session = await sessions.mirror(
          {
            agent: 'command',
            command: [...command, ...(resize ? ['--resize'] : [])],
            name: `tmux ${pane.place} ${pane.command}`,
            cwd: pane.directory,
            ...asker,
            size,
          },
          caller,
        );
        return { session };
      },
    },
    dispose: () => undefined,
  };
}
