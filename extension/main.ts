/** The edge towards the editor: activation and nothing else. */
import type * as vscode from 'vscode';
import { z } from 'zod';
import { createExtension } from './extension.ts';

export function activate(context: vscode.ExtensionContext): void {
  // Compiled validators ask for `navigator`, which the extension host reports as an error of ours.
  z.config({ jitless: true });
  context.subscriptions.push(createExtension(context));
}
