/** `<home>/run/daemon.json`: where the running daemon is. Trusted because only its owner can write it (0600). */
import { rmSync } from 'node:fs';
import { z } from 'zod';
import { daemonIdSchema, instantSchema } from '../../protocol/wire/brand.ts';
import type { HomePaths } from './paths.ts';
import { readPrivateFile, replaceFleetingFile } from './privateFile.ts';

const runtimeFileSchema = z.object({
  /** Path of the Unix socket or name of the pipe. */
  socket: z.string().min(1),
  /** Port on 127.0.0.1, null when none could be bound. */
  port: z.int().min(1).max(65_535).nullable(),
  /** Why the wanted port is not the one in use. */
  portNote: z.string().nullable(),
  pid: z.int().min(1),
  /** Start time of that process as `readStartTime` tells it. */
  startTime: z.number(),
  version: z.string(),
  protocol: z.int().min(1),
  daemonId: daemonIdSchema,
  startedAt: instantSchema,
});
export type RuntimeFile = z.infer<typeof runtimeFileSchema>;

/** Undefined when absent or not ours to understand. */
export function readRuntimeFile(paths: HomePaths): RuntimeFile | undefined {
  const text = readPrivateFile(paths.runtimeFile);
  if (text === undefined) return undefined;
  const parsed = runtimeFileSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

/** Replaces it as a whole. */
export function writeRuntimeFile(paths: HomePaths, file: RuntimeFile): void {
  replaceFleetingFile(paths.runtimeFile, `${JSON.stringify(file, undefined, 2)}\n`);
}

/** Removes it at an orderly end, unless another daemon has written its own by now. */
export function removeRuntimeFile(paths: HomePaths, pid: number): void {
  if (readRuntimeFile(paths)?.pid === pid) rmSync(paths.runtimeFile, { force: true });
}

/** The value of a JSON text, or undefined. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
