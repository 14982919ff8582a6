/** What stands around the editors: activity bar, trees, tabs, notifications, dialogs, status bar. Read and clicked by their words. */
import type { Locator } from 'playwright-core';
import type { EditorWindow } from './editorWindow.ts';
import { until } from './until.ts';

/** A row of a tree. `level` starts at 1; `actions` are the tooltips of its inline buttons (in the page only while hovered). */
export interface TreeRow {
  readonly label: string;
  readonly description: string;
  readonly level: number;
  readonly expanded: boolean | undefined;
  readonly selected: boolean;
  /** The codicon or theme icon's class without prefix ("sync", "circle-filled"), empty when it has none. */
  readonly icon: string;
}

/** Shows a view container by the name on its icon in the activity bar ("Waggle", "Explorer"). A shown one stays. */
export async function openActivity(window: EditorWindow, name: string): Promise<void> {
  const item = window.page.locator('.part.activitybar .action-item', {
    has: window.page.locator(`.action-label[aria-label^="${name}"]`),
  });
  await item.first().waitFor();
  if ((await item.first().getAttribute('class'))?.includes('checked')) return;
  await item.first().click();
}

/** The number on an activity bar icon; empty when there is none. */
export async function readBadge(window: EditorWindow, name: string): Promise<string> {
  const item = window.page.locator(
    `.part.activitybar .action-item:has(.action-label[aria-label^="${name}"])`,
  );
  const badge = item.locator('.badge-content');
  return (await badge.count()) > 0 ? badge.first().innerText() : '';
}

/** The section of a view in the side bar, by the words of its header ("Sessions"). */
export function view(window: EditorWindow, title: string): Locator {
  return window.page.locator('.split-view-view .pane', {
    has: window.page.locator(`.pane-header[aria-label^="${title}"]`),
  });
}

/** The rows of a view's tree that are shown now. Empty while the welcome text stands there instead. */
export function readTree(window: EditorWindow, title: string): Promise<TreeRow[]> {
  return view(window, title)
    .locator('.pane-body .monaco-list-row')
    .evaluateAll((found) =>
      found.map((row) => {
        const textIn = (selector: string): string =>
          (row.querySelector(selector)?.textContent ?? '').replaceAll('\u00a0', ' ').trim();
        const expanded = row.getAttribute('aria-expanded');
        const icon = row
          .querySelector('.custom-view-tree-node-item-icon')
          ?.className.match(/codicon-([a-z-]+)/);
        return {
          label: textIn('.label-name'),
          description: textIn('.label-description'),
          level: Number(row.getAttribute('aria-level')),
          expanded: expanded === null ? undefined : expanded === 'true',
          selected: row.getAttribute('aria-selected') === 'true',
          icon: icon?.[1] ?? '',
        };
      }),
    );
}

/** Waits for a row whose label matches, and returns it. Fails with the rows that stood there. */
export async function waitForRow(
  window: EditorWindow,
  title: string,
  label: string | RegExp,
): Promise<TreeRow> {
  const matches = (row: TreeRow): boolean =>
    typeof label === 'string' ? row.label === label : label.test(row.label);
  return until(
    `view "${title}" has a row ${String(label)}`,
    async () => (await readTree(window, title)).find(matches),
    {
      describe: async () => JSON.stringify(await readTree(window, title)),
    },
  );
}

/** The locator of the row with exactly this label; for clicks, double clicks and context menus. */
export function treeRow(window: EditorWindow, title: string, label: string): Locator {
  const text = window.page.locator('.label-name').getByText(label, { exact: true });
  return view(window, title).locator('.pane-body .monaco-list-row', { has: text }).first();
}

/**
 * Opens a session by a click on its row, and waits until its tab is in front. Pressed again when that does not happen: rows
 * move while sessions start, and a click may hit the one that took its place.
 */
export async function openRow(window: EditorWindow, title: string, label: string): Promise<void> {
  await waitForRow(window, title, label);
  const { page } = window;
  // A sign in front says that it needs the person.
  const named = new RegExp(`^(?:[?!✓] )?${label.replace(/[^\w-]/g, '\\$&')}$`);
  const name = page.locator('.label-name').getByText(named);
  const tab = page.locator('.part.editor .tab.active', { has: name });
  await until(
    `a click on "${label}" brings its tab to the front`,
    async () => {
      await treeRow(window, title, label).click();
      return tab
        .first()
        .waitFor({ timeout: 8000 })
        .then(() => true, isTimeout);
    },
    { describe: async () => JSON.stringify(await readTabs(window)) },
  );
}

/** Opens a row that folds others; again when a press on it was lost. */
export async function unfoldRow(window: EditorWindow, title: string, label: string): Promise<void> {
  await waitForRow(window, title, label);
  await until(`"${label}" is unfolded`, async () => {
    const isOpen = async (): Promise<boolean> =>
      (await readTree(window, title)).some((row) => row.label === label && row.expanded === true);
    if (await isOpen()) return true;
    await treeRow(window, title, label).click({ timeout: 3000 }).catch(isTimeout);
    return isOpen();
  });
}

function isTimeout(error: unknown): false {
  if (error instanceof Error && error.name === 'TimeoutError') return false;
  throw error;
}

/** Presses an inline button of a row, by its tooltip. */
export async function clickRowAction(
  window: EditorWindow,
  row: Locator,
  action: string,
): Promise<void> {
  // Rows move when their order changes, away from the pointer.
  await until(`"${action}" of a row is pressed`, async () => {
    const button = row.locator(`.actions .action-label[aria-label^="${action}"]`);
    await window.page.mouse.move(0, 0);
    await row.hover({ timeout: 3000 }).catch(isTimeout);
    return button.click({ timeout: 1500 }).then(() => true, isTimeout);
  });
}

/** Chooses an entry of a row's context menu. By Enter, because a new menu takes no mouse button for its first 100 ms. */
export async function chooseFromContextMenu(
  window: EditorWindow,
  row: Locator,
  entry: string,
): Promise<void> {
  await row.click({ button: 'right' });
  const item = window.page.locator('.monaco-menu .action-item', {
    has: window.page.getByText(entry, { exact: true }),
  });
  await item.hover();
  await window.page.locator('.monaco-menu .action-item.focused', { hasText: entry }).waitFor();
  await window.page.keyboard.press('Enter');
}

/** The welcome text of an empty view, and the words on its buttons. */
export async function readWelcome(
  window: EditorWindow,
  title: string,
): Promise<{ text: string; buttons: string[] }> {
  const welcome = view(window, title).locator('.welcome-view-content');
  await welcome.waitFor();
  const buttons = await welcome.locator('.monaco-button').allInnerTexts();
  return {
    text: (await welcome.innerText()).trim(),
    buttons: buttons.map((button) => button.trim()),
  };
}

/** The notifications (toasts) that are shown: their words and their buttons. */
export async function readNotifications(
  window: EditorWindow,
): Promise<Array<{ text: string; buttons: string[] }>> {
  const toasts = await window.page.locator('.notification-toast').all();
  return Promise.all(
    toasts.map(async (toast) => ({
      text: (await toast.locator('.notification-list-item-message').innerText()).trim(),
      buttons: await toast
        .locator('.notification-list-item-buttons-container .monaco-button')
        .allInnerTexts(),
    })),
  );
}

/** Presses a button of the notification whose text matches. */
export async function answerNotification(
  window: EditorWindow,
  text: string | RegExp,
  button: string,
): Promise<void> {
  const toast = window.page.locator('.notification-toast', { hasText: text });
  await toast.locator('.monaco-button', { hasText: button }).click();
}

/** Presses a button of the modal dialog and returns what the dialog said. */
export async function answerDialog(window: EditorWindow, button: string): Promise<string> {
  const dialog = window.page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  const text = await dialog.locator('.dialog-message-container').innerText();
  await dialog.locator('.dialog-buttons .monaco-button', { hasText: button }).click();
  return text.trim();
}

/** The words of the status bar's entries, from left to right. */
export async function readStatusBar(window: EditorWindow): Promise<string[]> {
  const labels = await window.page
    .locator('.part.statusbar .statusbar-item')
    .evaluateAll((items) =>
      items.map((entry) => `${entry.textContent ?? ''}|${entry.getAttribute('aria-label') ?? ''}`),
    );
  return labels.map((label) => {
    const [text = '', spoken = ''] = label.split('|');
    return (text.trim() || spoken).replaceAll('\u00a0', ' ').trim();
  });
}

/** The text of the editor that is in front, as far as it is shown. */
export async function readEditor(window: EditorWindow): Promise<string> {
  const lines = window.page.locator('.editor-group-container.active .view-lines .view-line');
  const found = await lines.evaluateAll((rows) =>
    rows
      .map((row) => ({ top: row.getBoundingClientRect().top, text: row.textContent ?? '' }))
      .sort((left, right) => left.top - right.top)
      .map(({ text }) => text.replaceAll('\u00a0', ' ')),
  );
  return found.join('\n');
}

/** The titles of the editor tabs in order; the active one of each group is marked. */
export function readTabs(
  window: EditorWindow,
): Promise<Array<{ title: string; active: boolean; group: number }>> {
  return window.page.locator('.part.editor .editor-group-container').evaluateAll((groups) =>
    groups.flatMap((group, index) =>
      [...group.querySelectorAll('.tabs-container .tab')].map((tab) => ({
        title: (tab.querySelector('.label-name')?.textContent ?? '')
          .replaceAll('\u00a0', ' ')
          .trim(),
        active: tab.classList.contains('active'),
        group: index,
      })),
    ),
  );
}
