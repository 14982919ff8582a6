/**
 * The editor's registries that must stay in step with the manifest: commands, settings, context keys; and the one place
 * where failures are shown. Nothing else calls registerCommand, getConfiguration or setContext. Knows no feature.
 */
import * as vscode from 'vscode';
import type { Translate } from '../translate.ts';

export { commandIds } from './commandIds.ts';
export type { CommandHandlers } from './commandIds.ts';
export { onDidCallCommand, registerCommands, runCommand } from './commands.ts';
export { showFailure } from './failure.ts';
export { followPick } from './followPick.ts';
export type { EmbeddingValues } from './memorySettings.ts';
export {
  offersReview,
  onDidChangeCustomAgents,
  onDidChangeEmbeddings,
  onDidChangeTools,
  readSetCustomAgents,
  readSetEmbeddings,
  readSetTools,
  silenceReviewOffer,
  storeEmbeddings,
} from './memorySettings.ts';
export type { NotifyKey, NotifyValues } from './notifySettings.ts';
export { onDidChangeNotify, readSetNotify } from './notifySettings.ts';
export { toMessage, toPickLabel } from './message.ts';
export { pageFolder, toPageHtml } from './pageHtml.ts';
export { chooseExecutable, readSettings, silenceCloseNote } from './settings.ts';

/** The words of this person's language, or English. */
export const translate: Translate = (message, ...values) => vscode.l10n.t(message, ...values);

/** Keys that the manifest's `when` clauses read. */
export interface ContextKeys {
  readonly daemonState: string;
  readonly failure: string;
  readonly foundAgents: string;
  /** How many sessions a restart interrupted. */
  readonly interrupted: number;
  readonly untrusted: boolean;
  /** A terminal came back after a reload. */
  readonly cameBack: boolean;
  /** Something needed the person in this window's life. */
  readonly wasNeeded: boolean;
  /** Facts that no person has looked at. */
  readonly toReview: number;
  /** Somebody made a second role, so the word is shown. */
  readonly hasRoles: boolean;
  /** Something is remembered. */
  readonly hasMemory: boolean;
  /** No schedule runs. */
  readonly tasksPaused: boolean;
  /** The status of the task whose page is in front; empty when none is. */
  readonly taskPage: string;
  /** Something is handed out. */
  readonly hasTasks: boolean;
  /** The terminal in front shows an agent that can go on as a chat. */
  readonly agentTerminal: boolean;
}

const contextKeys = {
  daemonState: 'waggle.daemonState',
  failure: 'waggle.failure',
  foundAgents: 'waggle.foundAgents',
  interrupted: 'waggle.interrupted',
  untrusted: 'waggle.untrusted',
  cameBack: 'waggle.cameBack',
  wasNeeded: 'waggle.wasNeeded',
  toReview: 'waggle.toReview',
  hasRoles: 'waggle.hasRoles',
  hasMemory: 'waggle.hasMemory',
  tasksPaused: 'waggle.tasksPaused',
  taskPage: 'waggle.taskPage',
  hasTasks: 'waggle.hasTasks',
  agentTerminal: 'waggle.agentTerminal',
} as const;

export async function setContext<K extends keyof ContextKeys>(
  key: K,
  value: ContextKeys[K],
): Promise<void> {
  await vscode.commands.executeCommand('setContext', contextKeys[key], value);
}
