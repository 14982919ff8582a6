/** The groups of the editor area: their tabs, places, locks, and which of them has the keyboard. */
import type { EditorWindow } from './editorWindow.ts';

export interface GridGroup {
  /** In order; pinned ones are marked with `^`, the active one with `*`. */
  readonly tabs: readonly string[];
  readonly locked: boolean;
  /** CSS pixels, rounded to 10, because the editor lays out anew in whole rows. */
  readonly place: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly focused: boolean;
}

/** The groups of the main window, in the order in which the editor counts them. */
export function readGrid({ page }: Pick<EditorWindow, 'page'>): Promise<GridGroup[]> {
  return page.locator('.part.editor .editor-group-container').evaluateAll((groups) =>
    groups.map((group) => {
      const box = group.getBoundingClientRect();
      const round = (pixels: number): number => Math.round(pixels / 10) * 10;
      const tabs = [...group.querySelectorAll('.tabs-container .tab')].map((tab) => {
        // Of a terminal the resource is but a number; of a file the label lacks its extension.
        const resource = tab.getAttribute('data-resource-name') ?? '';
        const label = tab.querySelector('.label-name')?.textContent ?? '';
        const title = /^\d+$/.test(resource) ? label.replaceAll('\u00a0', ' ').trim() : resource;
        const signs = [tab.classList.contains('sticky') && '^', tab.matches('.active') && '*'];
        return signs.filter(Boolean).join('') + title;
      });
      return {
        tabs,
        locked: group.classList.contains('locked'),
        place: { x: round(box.x), y: round(box.y), w: round(box.width), h: round(box.height) },
        focused: group.contains(document.activeElement),
      };
    }),
  );
}
