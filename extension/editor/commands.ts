import * as vscode from 'vscode';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { CommandHandlers, CommandName } from './commandIds.ts';
import { commandIds } from './commandIds.ts';
import { showFailure } from './failure.ts';

const called = new Emitter<CommandName>();

/** A person called one of our commands, or something did it for them; before it runs. */
export const onDidCallCommand = called.event;

/** Registers all commands; what a handler throws is shown to the person, here and nowhere else. */
export function registerCommands(handlers: CommandHandlers): Disposable {
  const registered = new DisposableStore();
  for (const name of Object.keys(commandIds) as CommandName[]) {
    const run = async (argument?: unknown, selection?: unknown): Promise<void> => {
      try {
        called.fire(name);
        await handlers[name](argument, selection);
      } catch (error) {
        await showFailure(error);
      }
    };
    registered.add(vscode.commands.registerCommand(commandIds[name], run));
  }
  return registered;
}

export async function runCommand(name: CommandName, argument?: unknown): Promise<void> {
  await vscode.commands.executeCommand(commandIds[name], argument);
}
