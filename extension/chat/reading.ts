/** Images for the page, as `data:` addresses: what was attached, or a file of the session's folder and no other. */
import { realpath, readFile, stat } from 'node:fs/promises';
import { extname, relative, sep } from 'node:path';
import type { FromPage } from '../../protocol/chat/chatPage.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { ChatServices } from './chatServices.ts';
import { resolveIn } from './opening.ts';

const mediaTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
};
const bytesMost = 5_000_000;

/** Null when there is no such image, when it lies elsewhere or is too large. Never rejects. */
export async function readImage(
  services: ChatServices,
  sessionId: SessionId,
  from: Extract<FromPage, { type: 'readImage' }>['from'],
): Promise<string | null> {
  try {
    if ('path' in from) return await readFileOf(services, sessionId, from.path);
    const request = { sessionId, ...from };
    const { mediaType, data } = await services.connection.call('chat/attachment', request);
    const isImage = Object.values(mediaTypes).includes(mediaType);
    return isImage ? `data:${mediaType};base64,${data}` : null;
  } catch (error) {
    services.log.debug('an image is not shown', errorMessageOf(error));
    return null;
  }
}

async function readFileOf(
  services: ChatServices,
  sessionId: SessionId,
  path: string,
): Promise<string | null> {
  const cwd = services.sessions.get(sessionId)?.cwd;
  const mediaType = mediaTypes[extname(path).toLowerCase()];
  if (cwd === undefined || mediaType === undefined) return null;
  // Links resolved: nothing outside of the folder is read because a text names it.
  const [root, file] = await Promise.all([
    realpath(cwd),
    realpath(resolveIn(services, sessionId, path)),
  ]);
  const inside = relative(root, file);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || inside === file)
    return null;
  const { size } = await stat(file);
  if (size > bytesMost) return null;
  return `data:${mediaType};base64,${(await readFile(file)).toString('base64')}`;
}
