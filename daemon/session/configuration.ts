import { lstatSync, readFileSync } from 'node:fs';

const configurationMaxBytes = 1024 * 1024;

/** The text of an agent's own configuration; empty when it cannot be read: then the agent does not read it either. */
export function readConfiguration(path: string): string {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.size > configurationMaxBytes) return '';
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return noText(error);
  }
}

function noText(_error: unknown): string {
  return '';
}
