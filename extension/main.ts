/** The edge towards the editor: activation and nothing else. */
import './validators.ts';
import type * as vscode from 'vscode';
import { createExtension } from './extension.ts';

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(createExtension(context));
}
