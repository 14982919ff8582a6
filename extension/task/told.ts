/** What was done with a task is told, with a button that takes it back or goes on. */
import * as vscode from 'vscode';
import { showFailure, toMessage } from '../editor/editor.ts';

export interface Offer {
  readonly label: string;
  readonly act: () => Promise<unknown>;
}

/** Does not wait for the person. */
export function tellDone(message: string, ...offers: readonly Offer[]): void {
  const ask = async (): Promise<void> => {
    const labels = offers.map(({ label }) => label);
    const chosen = await vscode.window.showInformationMessage(toMessage(message), ...labels);
    await offers.find(({ label }) => label === chosen)?.act();
  };
  ask().catch(showFailure);
}
