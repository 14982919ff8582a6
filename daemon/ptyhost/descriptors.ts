/**
 * Children see descriptors 0 to 2 only. A pty master has no close-on-exec flag, and the sweep in node-pty's child stops
 * at the first hole of the descriptor table; so what we inherited is closed at our start, and holes are plugged at a fork.
 */
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { devNull } from 'node:os';

const closeOnExec = 0o2000000;

/** Past this many the host takes no new sessions. */
export const descriptorsMax = 2000;

/**
 * Closes what our starter left open without close-on-exec. The runtime sets the flag on the first inherited ones itself,
 * so these stay open here and invisible to children. Linux only: elsewhere the flag cannot be read.
 */
export function closeInherited(): number[] {
  if (process.platform !== 'linux') return [];
  const inherited = readdirSync('/proc/self/fdinfo').map(Number).filter(isInherited);
  for (const descriptor of inherited) closeSync(descriptor);
  return inherited;
}

function isInherited(descriptor: number): boolean {
  if (descriptor <= 2) return false;
  try {
    const flags = /^flags:\s*(\d+)/m.exec(
      readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'),
    )?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch {
    // The directory's own descriptor is in the list and gone by now.
    return false;
  }
}

/** Open descriptors of this process, null where it cannot be told: also when none is left to look with. */
export function countDescriptors(): number | null {
  if (process.platform !== 'linux') return null;
  try {
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return null;
  }
}

/** Fills every hole up to `highest` until the returned function is called. */
export function plugHoles(highest: number): () => void {
  const plugs: number[] = [];
  const release = (): void => {
    for (const plug of plugs.splice(0)) closeSync(plug);
  };
  try {
    for (;;) {
      const descriptor = openSync(devNull, 'r');
      if (descriptor > highest) {
        closeSync(descriptor);
        return release;
      }
      plugs.push(descriptor);
    }
  } catch (error) {
    release();
    throw error;
  }
}
