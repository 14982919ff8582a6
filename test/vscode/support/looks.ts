/** Pictures of one state of the window: three themes, two widths. */
import { acceptInput, fillInput, readPicks, runCommand } from './commandPalette.ts';
import type { EditorWindow } from './editorWindow.ts';
import { until } from './until.ts';

const themes: readonly (readonly [label: string, kind: string, word: string])[] = [
  ['Dark Modern', 'vs-dark', 'dark'],
  ['Light Modern', 'vs', 'light'],
  ['Dark High Contrast', 'hc-black', 'contrast'],
];
const widths = [1400, 900] as const;

/** `arrange` brings the state about, once per picture: changing the theme closes what floats. */
export async function pictureLooks(
  window: EditorWindow,
  name: string,
  arrange: () => Promise<unknown>,
): Promise<void> {
  for (const [theme, kind, word] of themes) {
    await runCommand(window, 'Preferences: Color Theme');
    await fillInput(window, theme);
    await until('it is found', async () => (await readPicks(window))[0]?.label === theme);
    await acceptInput(window);
    await window.page.locator(`.monaco-workbench.${kind}`).first().waitFor();
    for (const width of widths) {
      await window.resize(width, 900);
      await arrange();
      await window.screenshot(`${name}-${word}-${width}`);
    }
  }
  await window.resize(1400, 900);
}
