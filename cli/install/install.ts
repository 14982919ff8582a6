/** `waggle install`: the command on PATH, for terminals outside of sessions. */
import { resolve } from 'node:path';
import { defaultShimDirectory, isOnPath, writeShim } from '../../link/shim/shim.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';

export interface PlaceOptions {
  /** Default: `~/.local/bin`. */
  readonly directory: string | undefined;
}

export async function installCommand(
  context: CommandContext,
  { directory = defaultShimDirectory() }: PlaceOptions,
): Promise<number> {
  const place = resolve(directory);
  const { path, outcome } = writeShim({ home: context.paths.home, directory: place });
  const onPath = isOnPath(place, context.env);
  context.output.result({ path, outcome, onPath }, () => [
    outcome === 'unchanged' ? `${path} is there already.` : `Wrote ${path}.`,
  ]);
  if (!onPath) context.output.note(`${place} is not on PATH. Add it in your shell's start file.`);
  return exitCodes.ok;
}
