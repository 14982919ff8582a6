/** "Install 'waggle' Command in PATH" and its counterpart: the script that runs the current program. */
import * as vscode from 'vscode';
import type { HomePaths } from '../link/home/home.ts';
import { defaultShimDirectory, isOnPath, removeShim, writeShim } from '../link/shim/shim.ts';
import type { DaemonConnection } from './daemon/daemon.ts';
import type { CommandHandlers } from './editor/editor.ts';
import { translate as t } from './editor/editor.ts';

export function createShimCommands(
  connection: DaemonConnection,
  paths: HomePaths,
): CommandHandlers<'installCommand' | 'uninstallCommand'> {
  const directory = defaultShimDirectory();
  return {
    // The first start of a daemon copies the programs to where the script looks for them.
    installCommand: async () => {
      await connection.require();
      const { path } = writeShim({ home: paths.home, directory });
      const message = isOnPath(directory)
        ? t("The 'waggle' command is installed: {0}", path)
        : t(
            "The 'waggle' command is installed: {0}. Add {1} to your PATH to use it.",
            path,
            directory,
          );
      await vscode.window.showInformationMessage(message);
    },
    uninstallCommand: async () => {
      const message = removeShim(directory)
        ? t("The 'waggle' command is removed from {0}.", directory)
        : t("The 'waggle' command is not installed in {0}.", directory);
      await vscode.window.showInformationMessage(message);
    },
  };
}
