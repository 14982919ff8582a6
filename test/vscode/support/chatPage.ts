/** The page of a chat in the editor: what stands in it and what a person does with it. */
import type { Frame, FrameLocator, Locator, Page } from 'playwright-core';
import type { EditorWindow } from './editorWindow.ts';
import { until } from './until.ts';

/** The page in front: a frame of the editor with a frame of its own in it. */
export function chatFrame({ page }: Pick<EditorWindow, 'page'>): FrameLocator {
  return page.frameLocator('iframe.webview.ready:visible').frameLocator('iframe#active-frame');
}

export function composer(window: Pick<EditorWindow, 'page'>): Locator {
  return chatFrame(window).locator('.composer > textarea');
}

/** Rows as they read, hidden ones left out. */
export async function readRows(window: EditorWindow): Promise<string[]> {
  return (await chatFrame(window).locator('.row').allInnerTexts()).map((text) => text.trim());
}

export async function waitForText(window: EditorWindow, text: string | RegExp): Promise<void> {
  await until(
    `the chat says ${String(text)}`,
    async () =>
      (await readRows(window)).some((row) =>
        typeof text === 'string' ? row.includes(text) : text.test(row),
      ),
    { withinMs: 60_000, describe: async () => JSON.stringify(await readRows(window)) },
  );
}

/** Types it and presses Enter; again when the page was not ready to take it. */
export async function say(window: EditorWindow, text: string, key = 'Enter'): Promise<void> {
  const input = composer(window);
  await input.waitFor({ timeout: 60_000 });
  await input.fill(text);
  await until('the text is sent', async () => {
    if ((await input.inputValue()) === '') return true;
    await input.press(key);
    return (await input.inputValue()) === '';
  });
}

export function card(window: Pick<EditorWindow, 'page'>): Locator {
  return chatFrame(window).locator('.card').first();
}

/** Waits for what is asked, and until its card takes an answer. */
export async function waitForCard(window: EditorWindow): Promise<Locator> {
  const found = card(window);
  await found.waitFor({ timeout: 60_000 });
  await chatFrame(window).locator('.card:not(.settling)').first().waitFor();
  return found;
}

/** Presses a button of the card; again until it is gone, as one that just appeared takes none. */
export async function press(window: EditorWindow, name: string): Promise<void> {
  const button = card(window).getByRole('button', { name, exact: true });
  await button.waitFor({ timeout: 60_000 });
  await until(`"${name}" is pressed`, async () => {
    await button.click({ timeout: 2000 }).catch(ignoreTimeout);
    return (await button.count()) === 0;
  });
}

/** The frame of the chat in front, for what no locator can do. */
export async function findPage(page: Page): Promise<Frame> {
  return until('there is a page of a chat', async () => {
    const frames = await Promise.all(
      page.frames().map(async (frame) => {
        const isOurs = await frame
          .evaluate(
            () =>
              document.querySelector('#announcer') !== null &&
              document.visibilityState === 'visible',
          )
          // It went away meanwhile.
          .catch(() => false);
        return isOurs ? frame : undefined;
      }),
    );
    return frames.find((frame) => frame !== undefined);
  });
}

/** Runs a function in the page of the chat in front. */
export async function inPage<R>(page: Page, run: () => R | Promise<R>): Promise<R> {
  const frame = await findPage(page);
  return frame.evaluate(run) as Promise<R>;
}

/** Milliseconds until the newest entries were drawn: since our script began, and since the editor began the document. */
export async function measureOpening(
  page: Page,
): Promise<{ readonly ours: number; readonly whole: number }> {
  const frame = await findPage(page);
  return frame.evaluate(
    () =>
      new Promise<{ ours: number; whole: number }>((resolve) => {
        const look = (): void => {
          const [drawn] = performance.getEntriesByName('waggle.drawn');
          const began = performance.getEntriesByName('waggle.began')[0]?.startTime ?? 0;
          if (drawn === undefined) requestAnimationFrame(look);
          else resolve({ ours: drawn.startTime - began, whole: drawn.startTime });
        };
        look();
      }),
  );
}

export interface Scrolling {
  /** Tasks of the page above 50 ms, in milliseconds. */
  readonly longTasks: readonly number[];
  /** So many of them stood in the document at once. */
  readonly rowsMost: number;
  readonly pixels: number;
}

/** Turns the wheel over the chat in front, from its end to its beginning, a step for each picture that is drawn. */
export async function scrollToBeginning(page: Page): Promise<Scrolling> {
  const frame = await findPage(page);
  await frame.evaluate(() => {
    const tasks: number[] = [];
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) if (name === 'self') tasks.push(duration);
    }).observe({ type: 'longtask' });
    Object.assign(globalThis, { tasks });
  });
  const transcript = frame.locator('.transcript');
  await transcript.hover();
  const pixels = await transcript.evaluate(({ scrollTop }) => scrollTop);
  let rowsMost = 0;
  for (let top = pixels; top > 0;) {
    await page.mouse.wheel(0, -800);
    const seen = await transcript.evaluate(
      (element) =>
        new Promise<{ readonly top: number; readonly rows: number }>((resolve) => {
          requestAnimationFrame(() =>
            setTimeout(() => {
              const { length: rows } = element.querySelectorAll('.row');
              resolve({ top: element.scrollTop, rows });
            }),
          );
        }),
    );
    ({ top } = seen);
    rowsMost = Math.max(rowsMost, seen.rows);
  }
  const longTasks = await frame.evaluate(
    () => (globalThis as unknown as { readonly tasks: number[] }).tasks,
  );
  return { longTasks, rowsMost, pixels };
}

export async function scrollToEnd(window: EditorWindow): Promise<void> {
  const transcript = chatFrame(window).locator('.transcript');
  await transcript.evaluate((element) => element.scrollTo(0, element.scrollHeight));
}

/**
 * When a text of the agent that was not there before is drawn, by the machine's clock, and when the first message about it
 * reached the page. Resolves once that is watched for.
 */
export async function watchForText(
  page: Page,
): Promise<{ readonly at: Promise<{ readonly told: number; readonly drawn: number }> }> {
  const frame = await findPage(page);
  const texts = '.row[data-kind=text]';
  const before = await frame.locator(texts).count();
  const at = frame.evaluate(
    ({ selector, count }) =>
      new Promise<{ told: number; drawn: number }>((resolve) => {
        const now = (): number => performance.timeOrigin + performance.now();
        let told = 0;
        addEventListener('message', ({ data }: MessageEvent<{ readonly type?: string }>) => {
          if (told === 0 && JSON.stringify(data).includes('"kind":"text"')) told = now();
        });
        // After the frame in which it was drawn, not in the one that follows.
        const look = (): void => {
          if (document.querySelectorAll(selector).length > count) resolve({ told, drawn: now() });
          else requestAnimationFrame(() => setTimeout(look));
        };
        look();
      }),
    { selector: texts, count: before },
  );
  return { at };
}

function ignoreTimeout(error: unknown): void {
  if (!(error instanceof Error && error.name === 'TimeoutError')) throw error;
}
