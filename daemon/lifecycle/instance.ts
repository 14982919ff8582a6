/** Who this daemon is, and whether its data directory is a copy of another one's: then it must not pretend to be it. */
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import type { HomePaths } from '../../link/home/home.ts';
import { readPrivateFile, replacePrivateFile } from '../../link/home/home.ts';
import type { DaemonId } from '../../protocol/wire/brand.ts';
import { daemonIdSchema } from '../../protocol/wire/brand.ts';

const placeSchema = z.object({
  machineId: z.string(),
  device: z.string(),
  inode: z.string(),
  path: z.string(),
});
type Place = z.infer<typeof placeSchema>;
const instanceSchema = placeSchema.extend({ daemonId: daemonIdSchema });

export interface Instance {
  readonly daemonId: DaemonId;
  /** The id it had where it was copied from. */
  readonly copiedFrom: DaemonId | undefined;
}

/** Reads `instance.json`, makes it when it is missing, and gives a copy an id of its own. */
export function loadInstance(paths: HomePaths, place: Place = readPlace(paths.home)): Instance {
  const known = parseInstance(readPrivateFile(paths.instanceFile));
  const copied = known !== undefined && isCopy(known, place);
  const daemonId =
    known === undefined || copied ? daemonIdSchema.parse(randomUUID()) : known.daemonId;
  const instance = { ...place, daemonId };
  if (JSON.stringify(instance) !== JSON.stringify(known))
    replacePrivateFile(paths.instanceFile, `${JSON.stringify(instance)}\n`);
  return { daemonId, copiedFrom: copied ? known.daemonId : undefined };
}

/** A renamed directory keeps its inode, and a device may get another number at a boot; a copy has a new inode. */
function isCopy(known: Place, place: Place): boolean {
  return (
    known.machineId !== place.machineId ||
    known.inode !== place.inode ||
    (known.device !== place.device && known.path !== place.path)
  );
}

function parseInstance(text: string | undefined): z.infer<typeof instanceSchema> | undefined {
  if (text === undefined) return undefined;
  try {
    const { machineId, device, inode, path, daemonId } = instanceSchema.parse(JSON.parse(text));
    return { machineId, device, inode, path, daemonId };
  } catch {
    return undefined;
  }
}

function readPlace(home: string): Place {
  const { dev, ino } = statSync(home, { bigint: true });
  return { machineId: readMachineId(), device: String(dev), inode: String(ino), path: home };
}

/** Only Linux tells it in a file; elsewhere the directory alone has to do. */
function readMachineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
  }
}
