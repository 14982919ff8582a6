/** The token of an agent that speaks to the daemon itself: below the data directory, closed to others, in no other file. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { HomePaths } from '../home/home.ts';
import { ensurePrivateDirectory, readPrivateFile, replacePrivateFile } from '../home/home.ts';
import type { AccessAgentId } from './agentConfig.ts';
import { accessDirectory } from './receipt.ts';

const heldTokenSchema = z.object({ id: z.string(), token: z.string().regex(/^[0-9a-f]{64}$/) });
/** `id`: of the connector, by which it can be revoked. */
export type HeldToken = z.infer<typeof heldTokenSchema>;

function fileOf(paths: HomePaths, agent: AccessAgentId): string {
  return join(accessDirectory(paths), `${agent}.token`);
}

export function findHeldToken(paths: HomePaths, agent: AccessAgentId): HeldToken | undefined {
  const text = readPrivateFile(fileOf(paths, agent));
  if (text === undefined) return undefined;
  const parsed = heldTokenSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

/** A damaged file is as good as none: another token is made. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function holdToken(paths: HomePaths, agent: AccessAgentId, held: HeldToken): void {
  ensurePrivateDirectory(paths.home);
  ensurePrivateDirectory(accessDirectory(paths));
  replacePrivateFile(fileOf(paths, agent), `${JSON.stringify(held)}\n`);
}

export function dropHeldToken(paths: HomePaths, agent: AccessAgentId): void {
  rmSync(fileOf(paths, agent), { force: true });
}
