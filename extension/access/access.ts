/**
 * Access for agents that were started elsewhere, as a checklist, and taking everything of Waggle away again. What changes
 * in which file is `link/access`'s matter; here it is shown, asked for and told.
 */
import type { HomePaths } from '../../link/home/home.ts';
import { findLastingUrl } from '../../link/access/access.ts';
import { defaultShimDirectory } from '../../link/shim/shim.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { giveAccess } from './giveAccess.ts';
import { removeEverything } from './removeEverything.ts';

export interface AccessFeatureOptions {
  readonly connection: DaemonConnection;
  readonly paths: HomePaths;
  readonly extensionId: string;
}

export function createAccessCommands({
  connection,
  paths,
  extensionId,
}: AccessFeatureOptions): CommandHandlers<'giveAccess' | 'removeEverything'> {
  const { env } = process;
  const access = () => ({ paths, env, url: findLastingUrl(paths, env) });
  return {
    giveAccess: () => giveAccess({ connection, access }),
    removeEverything: () =>
      removeEverything({
        connection,
        access,
        commandDirectories: [defaultShimDirectory()],
        extensionId,
      }),
  };
}
