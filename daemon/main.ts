/**
 * The daemon's first lines. What takes longest begins first: the store's thread loads beside all that the main thread
 * loads itself, so nothing of ours is imported before it.
 */
import { dirname, extname, join } from 'node:path';
import { realpathSync } from 'node:fs';
import { startStoreThread } from './storeThread.ts';

process.umask(0o077);
const entry = realpathSync(process.argv[1] ?? '');
const storeThread = startStoreThread(join(dirname(entry), `storeWorker${extname(entry)}`));
void import('./process.ts').then(({ runProcess }) => runProcess(storeThread));
