/** Places in files, as texts name them. */
import { fileURLToPath } from 'node:url';

export interface FilePlace {
  readonly path: string;
  readonly line: number | undefined;
}

/** `src/a.ts:12:3`, `a.ts#L12`, `file:///…`. Undefined: it leads nowhere. */
export function toFilePlace(address: string): FilePlace | undefined {
  const plain = decode(address);
  if (plain === undefined || plain.startsWith('#')) return undefined;
  const match = /^(.*?)(?::(\d+)(?::\d+)?|#L(\d+)(?:-L?\d+)?)?$/s.exec(plain);
  const path = match?.[1] ?? '';
  if (path === '' || /^[a-z][a-z0-9+.-]+:/i.test(path)) return undefined;
  const line = Number(match?.[2] ?? match?.[3] ?? 0);
  return { path, line: line > 0 ? line : undefined };
}

function decode(address: string): string | undefined {
  try {
    return /^file:/i.test(address) ? fileURLToPath(address) : decodeURIComponent(address);
  } catch {
    return /^file:/i.test(address) ? undefined : address;
  }
}
