import * as vscode from 'vscode';
import type { Disposable } from '../../protocol/wire/disposable.ts';

const settings = {
  command: 'waggle.notify.command',
  dwell: 'waggle.notify.dwell',
  coolDown: 'waggle.notify.coolDown',
  finishedAfter: 'waggle.notify.finishedAfter',
  quietHours: 'waggle.notify.quietHours',
  system: 'waggle.notify.system',
  toast: 'waggle.notify.toast',
  sound: 'waggle.notify.sound',
  titlePatterns: 'waggle.notify.titlePatterns',
} as const;

export type NotifyKey = keyof typeof settings;
export type NotifyValues = Readonly<Partial<Record<NotifyKey, unknown>>>;

const keys = Object.keys(settings) as NotifyKey[];

/** What the person set, and nothing else: the daemon keeps what was said elsewhere. */
export function readSetNotify(): NotifyValues {
  const own = vscode.workspace.getConfiguration();
  const entries = keys.flatMap((key): [NotifyKey, unknown][] => {
    const value = own.inspect(settings[key])?.globalValue;
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(entries);
}

/** `tell`: the values that hold after a change, defaults among them, because a setting may have been taken back. */
export function onDidChangeNotify(tell: (values: NotifyValues) => void): Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    const changed = keys.filter((key) => change.affectsConfiguration(settings[key]));
    if (changed.length === 0) return;
    const own = vscode.workspace.getConfiguration();
    tell(Object.fromEntries(changed.map((key) => [key, own.get<unknown>(settings[key])])));
  });
}
