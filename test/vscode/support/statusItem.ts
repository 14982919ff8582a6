/** Our entry of the status bar. */
import type { Locator } from 'playwright-core';
import type { EditorWindow } from './editorWindow.ts';

const warningClass = 'warning-kind';

export function statusItem(window: EditorWindow): Locator {
  return window.page.locator('.part.statusbar .statusbar-item[id="waggle.waggle.waggle.status"]');
}

export function readStatusItem(
  window: EditorWindow,
): Promise<{ text: string; isWarning: boolean; spoken: string }> {
  return statusItem(window).evaluate(
    (item, warning) => ({
      text: (item.textContent ?? '').replaceAll('\u00a0', ' ').trim(),
      isWarning: item.classList.contains(warning),
      spoken: item.querySelector('[aria-label]')?.getAttribute('aria-label') ?? '',
    }),
    warningClass,
  );
}

/** Milliseconds since the epoch at which it warns, or does not any more; watched in the page itself. */
export function watchStatusItem(window: EditorWindow, isWarning: boolean): Promise<number> {
  return statusItem(window).evaluate(
    (item, { warning, wanted }) =>
      new Promise<number>((resolve) => {
        const observer = new MutationObserver(() => look());
        const look = (): void => {
          if (item.classList.contains(warning) !== wanted) return;
          observer.disconnect();
          resolve(performance.timeOrigin + performance.now());
        };
        observer.observe(item, { attributes: true });
        look();
      }),
    { warning: warningClass, wanted: isWarning },
  );
}
