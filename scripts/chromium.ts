/** Finds the Chromium that drives the editor in tests; installs Debian's where it may. Downloads no browser by itself. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackages, mayInstallPackages } from './debian.ts';

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
];
/** Without any font the editor cannot lay a terminal out. */
export const chromiumPackages = ['chromium', 'fonts-dejavu-core'] as const;
const usualPlaces = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/snap/bin/chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** The executable of a Chromium: `$CHROMIUM_PATH`, then PATH, then the usual places of each system. */
export function findChromium(): string | undefined {
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const given = process.env.CHROMIUM_PATH ? [process.env.CHROMIUM_PATH] : [];
  return [...given, ...onPath, ...usualPlaces].find((path) => existsSync(path));
}

/**
 * Like `findChromium`, and installs Debian's package first when there is none and we may.
 * @throws one sentence with the command to run when there is none and it cannot be installed.
 */
export function ensureChromium(): string {
  const found = findChromium();
  if (found) return found;
  if (mayInstallPackages()) installPackages(chromiumPackages);
  const installed = findChromium();
  if (installed) return installed;
  throw new Error(
    'Chromium was not found (looked on PATH and in $CHROMIUM_PATH): install it with "sudo apt-get update && sudo apt-get install -y chromium" and run this again.',
  );
}
