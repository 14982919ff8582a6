/** A form in a page of the editor: its fields filled, read and pressed by their words. */
import type { FrameLocator, Locator } from 'playwright-core';
import type { WindowPage } from './commandPalette.ts';
import { until } from './until.ts';

/** The page of the form that is in front. */
export function formPage({ page }: WindowPage): FrameLocator {
  return page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
}

export function formField(window: WindowPage, id: string): Locator {
  return formPage(window).locator(`[data-field="${id}"]`);
}

/** Types a value as a person does: what was there is replaced. */
export async function fillField(window: WindowPage, id: string, value: string): Promise<void> {
  await formField(window, id).locator('input, textarea').first().fill(value);
}

export async function chooseField(window: WindowPage, id: string, value: string): Promise<void> {
  await formField(window, id).locator(`input[value="${value}"]`).check();
}

/** What is said below a field: what is wrong, then what its value means. */
export async function readField(
  window: WindowPage,
  id: string,
): Promise<{ readonly error: string; readonly notes: string[] }> {
  const field = formField(window, id);
  return {
    error: (await field.locator('.error').textContent()) ?? '',
    notes: await field.locator('.notes li').allTextContents(),
  };
}

export async function pressForm(window: WindowPage, button: string): Promise<void> {
  await formPage(window).getByRole('button', { name: button, exact: true }).click();
}

/** The form has the title. Generous, because a window that was reloaded starts everything anew. */
export async function waitForForm(window: WindowPage, title: string): Promise<void> {
  const heading = formPage(window).locator('h1');
  await until(
    `the form "${title}" is there`,
    async () => {
      const found = heading.textContent({ timeout: 3000 }).catch(absent);
      return (await found) === title;
    },
    { withinMs: 90_000 },
  );
}

/** The page is not there yet, or goes away just now. */
function absent(error: unknown): undefined {
  if (error instanceof Error && /Timeout|detached|destroyed|navigat/i.test(error.message))
    return undefined;
  throw error;
}
