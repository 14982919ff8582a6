/** One question of several as a quick pick: its number, a way back, rows that may follow what is typed. */
import * as vscode from 'vscode';

export interface StepRow extends vscode.QuickPickItem {
  /** Enter on it does nothing but put this into the field. */
  readonly fill?: string;
  /** It explains and cannot be taken. */
  readonly isHint?: boolean;
}

export interface StepOptions<T extends StepRow> {
  readonly title: string;
  readonly step: number;
  readonly steps: number;
  readonly placeholder: string;
  readonly value?: string;
  /** Undefined for `typed`: the rows are those of the beginning, and the editor filters them. */
  readonly rows: (typed: string) => readonly (T | vscode.QuickPickItem)[];
  /** The row that Enter takes first. */
  readonly active?: (row: T) => boolean;
  /** The rows follow what is typed. */
  readonly isTyped?: boolean;
  readonly prompt?: string;
}

export type StepAnswer<T> =
  | {
      readonly kind: 'taken';
      readonly row: T;
      readonly button: string | undefined;
      readonly typed: string;
    }
  | { readonly kind: 'back' }
  | { readonly kind: 'left' };

/** `button`: the tooltip of the one that was pressed in the row. */
export function askStep<T extends StepRow>(options: StepOptions<T>): Promise<StepAnswer<T>> {
  const pick = vscode.window.createQuickPick<T>();
  pick.title = options.title;
  pick.step = options.step;
  pick.totalSteps = options.steps;
  pick.placeholder = options.placeholder;
  pick.value = options.value ?? '';
  pick.ignoreFocusOut = true;
  pick.matchOnDescription = true;
  pick.buttons = options.step > 1 ? [vscode.QuickInputButtons.Back] : [];
  const show = (): void => {
    // Separators are rows for the editor and no answers.
    pick.items = options.rows(pick.value) as T[];
    const { active } = options;
    const first =
      active === undefined ? undefined : pick.items.find((row) => isRow(row) && active(row));
    if (first !== undefined) pick.activeItems = [first];
  };
  return new Promise((resolve) => {
    const take = (row: T | undefined, button?: string): void => {
      if (row === undefined || row.isHint === true) return;
      if (row.fill !== undefined) {
        pick.value = row.fill;
        show();
        return;
      }
      resolve({ kind: 'taken', row, button, typed: pick.value });
      pick.hide();
    };
    if (options.isTyped === true) pick.onDidChangeValue(show);
    pick.onDidAccept(() => take(pick.selectedItems[0]));
    pick.onDidTriggerItemButton(({ item, button }) => take(item, button.tooltip));
    pick.onDidTriggerButton(() => {
      resolve({ kind: 'back' });
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve({ kind: 'left' });
      pick.dispose();
    });
    show();
    pick.show();
  });
}

function isRow({ kind }: vscode.QuickPickItem): boolean {
  return kind !== vscode.QuickPickItemKind.Separator;
}

export function separator(label: string): vscode.QuickPickItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
