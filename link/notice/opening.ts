import { spawn } from 'node:child_process';
import { linkOpener } from './commandLine.ts';
import type { Desktop } from './desktop.ts';

/** These name a file or a script of the machine, not a window. */
const refusedSchemes = new Set(['file:', 'javascript:', 'data:', 'about:', 'blob:']);
const openLimitMs = 10_000;

/** A link that may be handed to the machine: absolute, and of a scheme that opens a program for links. */
export function isOpenable(link: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[\u0021-\u007e]+$/i.test(link) || !URL.canParse(link)) return false;
  return !refusedSchemes.has(new URL(link).protocol);
}

/** Hands a link to the person's machine. Rejects with the reason when it may not be, or cannot be opened. */
export async function openLink(link: string, { platform, env }: Desktop): Promise<void> {
  if (!isOpenable(link)) throw new Error('The link is none that may be opened');
  const { file, args } = linkOpener(platform, link);
  await new Promise<void>((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: 'ignore', windowsHide: true, detached: true });
    // Some openers stay as long as what they opened.
    const timer = setTimeout(() => {
      child.unref();
      resolve();
    }, openLimitMs);
    timer.unref();
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else reject(new Error(`${file} ended with ${code ?? 'a signal'}`));
    });
  });
}
