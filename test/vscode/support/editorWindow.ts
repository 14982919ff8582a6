/**
 * A window of the real editor: headless Chromium on a folder, driven as a person would, with keys and clicks.
 * Owns the browser and the page; terminals and views are read by the files beside it. Lets no request leave loopback.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ensureChromium } from '../../../scripts/chromium.ts';
import { type EditorServer } from '../../../scripts/editorServer.ts';
import { runCommand } from './commandPalette.ts';

const artifactsDir = join(import.meta.dirname, '..', '..', '..', 'test-artifacts');
/** On a busy machine a window takes long for each step. */
const actionMs = 90_000;
const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Not by intercepting requests, which would turn the browser's caches off for each reload of a window.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE [::1]',
];
const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** The names by which VS Code 1.139 knows its themes, for `themeSettings`. */
export type Theme = 'Dark Modern' | 'Light Modern' | 'Default High Contrast';

export interface EditorWindowOptions {
  /** Where the window comes from; usually a whole `EditorServer`. */
  readonly server: Pick<EditorServer, 'urlFor'>;
  /** Absolute path. */
  readonly folder: string;
  /** CSS pixels. Default 1400 × 900. */
  readonly width?: number;
  readonly height?: number;
  /** Share one browser between windows: pass the one of `launchBrowser`; else the window has its own. */
  readonly browser?: Browser;
  readonly payload?: ReadonlyArray<readonly [string, string]>;
}

export interface EditorWindow {
  readonly page: Page;
  /** Addresses off loopback that the window asked for and did not get. */
  readonly refused: readonly string[];
  /** What the page's console said as an error; the editor itself says some (no service worker, no native logger). */
  readonly errors: readonly string[];
  /**
   * Reloads with "Developer: Reload Window" and waits for the workbench. `page.reload()` is the abrupt way: VS Code then
   * does not store the last changes of its layout.
   */
  reload(): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  /** Writes `test-artifacts/<name>.png` (not in git) and returns its path. Moves the pointer out of the way first. */
  screenshot(name: string): Promise<string>;
  /** Closes the page as a person closes the tab, and the browser when it is the window's own. May be called twice. */
  close(): Promise<void>;
}

/** User settings that make a window deterministic for tests, in `theme`; for `startEditorServer({settings})`. */
export function testSettings(theme: Theme = 'Dark Modern'): Record<string, unknown> {
  return {
    'workbench.colorTheme': theme,
    'workbench.reduceMotion': 'on',
    'terminal.integrated.gpuAcceleration': 'off',
    'terminal.integrated.cursorBlinking': false,
    'terminal.integrated.initialHint': false,
    'terminal.integrated.suggest.enabled': false,
    'editor.cursorBlinking': 'solid',
    'window.confirmBeforeClose': 'never',
    'window.dialogStyle': 'custom',
  };
}

/** A headless Chromium for several windows; the caller closes it. Installs Debian's chromium when it may. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: ensureChromium(),
    args: chromiumFlags,
    headless: true,
  });
}

/**
 * Opens a window and waits until its workbench is there.
 * @throws when no workbench shows within a minute; the browser is closed then.
 */
export async function openEditorWindow(options: EditorWindowOptions): Promise<EditorWindow> {
  const browser = options.browser ?? (await launchBrowser());
  const viewport = { width: options.width ?? 1400, height: options.height ?? 900 };
  const context = await browser.newContext({
    viewport,
    screen: { width: 2560, height: 1440 },
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const closeAll = async (): Promise<void> => {
    await context.close({ reason: 'window closed' });
    if (!options.browser) await browser.close();
  };
  try {
    context.setDefaultTimeout(actionMs);
    const page = await context.newPage();
    const refused = collectRefused(page);
    const errors = collectErrors(page);
    await page.goto(options.server.urlFor(options.folder, options.payload));
    await waitForWorkbench(page);
    return createWindow({ page, refused, errors, closeAll });
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function createWindow(parts: {
  page: Page;
  refused: string[];
  errors: string[];
  closeAll: () => Promise<void>;
}): EditorWindow {
  const { page, refused, errors } = parts;
  let closed: Promise<void> | undefined;
  return {
    page,
    refused,
    errors,
    reload: async () => {
      const loaded = page.waitForEvent('load', { timeout: actionMs });
      await Promise.all([loaded, runCommand({ page }, 'Developer: Reload Window')]);
      await waitForWorkbench(page);
    },
    resize: (width, height) => page.setViewportSize({ width, height }),
    screenshot: async (name) => {
      mkdirSync(artifactsDir, { recursive: true });
      await page.mouse.move(0, 0);
      const path = join(artifactsDir, `${name}.png`);
      await page.screenshot({ path });
      return path;
    },
    close: () => (closed ??= closePage(page).then(parts.closeAll)),
  };
}

/** With its unload handlers run, so that the editor hears that the window closed. */
async function closePage(page: Page): Promise<void> {
  if (page.isClosed()) return;
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
}

/** The frame of the window and its status bar stand; the extension host may still be starting. */
async function waitForWorkbench(page: Page): Promise<void> {
  const timeout = 60_000;
  await page.locator('.monaco-workbench').waitFor({ timeout });
  await page
    .locator('.monaco-workbench .part.statusbar .statusbar-item')
    .first()
    .waitFor({ timeout });
}

/** The browser resolves no other name (`chromiumFlags`); what was asked for is told. */
function collectRefused(page: Page): string[] {
  const refused: string[] = [];
  const take = (address: string): void => {
    const { protocol, hostname } = new URL(address);
    // The service worker of the editor answers these, from the server: the name leads nowhere.
    const isWorker = hostname.endsWith('.vscode-resource.vscode-cdn.net');
    if (isWorker || !/^(https?|wss?):$/.test(protocol)) return;
    if (!loopback.includes(hostname)) refused.push(address);
  };
  page.on('request', (request) => take(request.url()));
  page.on('websocket', (socket) => take(socket.url()));
  return refused;
}

function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return errors;
}
