import * as vscode from 'vscode';
import type { Disposable } from '../../protocol/wire/disposable.ts';

const settings = {
  provider: 'waggle.memory.embeddings.provider',
  url: 'waggle.memory.embeddings.url',
  model: 'waggle.memory.embeddings.model',
} as const;
const offerReview = 'waggle.memory.offerReview';
const tools = 'waggle.agents.tools';
const customAgents = 'waggle.agents.custom';

type EmbeddingKey = keyof typeof settings;
export type EmbeddingValues = Readonly<Partial<Record<EmbeddingKey, unknown>>>;

const keys = Object.keys(settings) as EmbeddingKey[];

/** What the person set, and nothing else: the daemon keeps what was said elsewhere. */
export function readSetEmbeddings(): EmbeddingValues {
  const own = vscode.workspace.getConfiguration();
  const entries = keys.flatMap((key): [EmbeddingKey, unknown][] => {
    const value = own.inspect(settings[key])?.globalValue;
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(entries);
}

/** `tell`: the values that hold after a change, defaults among them, because a setting may have been taken back. */
export function onDidChangeEmbeddings(tell: (values: EmbeddingValues) => void): Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    const changed = keys.filter((key) => change.affectsConfiguration(settings[key]));
    if (changed.length === 0) return;
    const own = vscode.workspace.getConfiguration();
    tell(Object.fromEntries(changed.map((key) => [key, own.get<unknown>(settings[key])])));
  });
}

export async function storeEmbeddings(
  values: Readonly<Record<EmbeddingKey, string>>,
): Promise<void> {
  const own = vscode.workspace.getConfiguration();
  for (const key of keys) {
    const value = values[key] === '' ? undefined : values[key];
    await own.update(settings[key], value, vscode.ConfigurationTarget.Global);
  }
}

export function offersReview(): boolean {
  return vscode.workspace.getConfiguration().get<boolean>(offerReview, true);
}

export async function silenceReviewOffer(): Promise<void> {
  await vscode.workspace
    .getConfiguration()
    .update(offerReview, false, vscode.ConfigurationTarget.Global);
}

/** Which tools the agents of a folder are offered, as far as somebody set it: the narrowest place wins. */
export function readSetTools(folder: vscode.Uri): unknown {
  const set = vscode.workspace.getConfiguration(undefined, folder).inspect(tools);
  return set?.workspaceFolderValue ?? set?.workspaceValue ?? set?.globalValue;
}

export function onDidChangeTools(tell: () => void): Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration(tools)) tell();
  });
}

/** Of this machine; undefined: nobody set it. */
export function readSetCustomAgents(): unknown {
  return vscode.workspace.getConfiguration().inspect(customAgents)?.globalValue;
}

export function onDidChangeCustomAgents(tell: () => void): Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration(customAgents)) tell();
  });
}
