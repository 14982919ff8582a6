/**
 * Writes notes as fast as they are acknowledged and prints each number after its acknowledgement, until it is killed:
 * `storeWriter.ts <directory> <first number>`.
 */
import { join } from 'node:path';
import { openStores } from '../../daemon/store/store.ts';
import { startStoreThread } from '../../daemon/storeThread.ts';
import type { noteStore } from './storeFixture.ts';

const [directory = '', first = '0'] = process.argv.slice(2);
const stores = await openStores({
  thread: startStoreThread(join(import.meta.dirname, 'storeFixture.ts')),
  location: {
    database: join(directory, 'waggle.db'),
    backupDir: join(directory, 'backup'),
    reserveFile: join(directory, 'reserve'),
  },
  onNotice: () => undefined,
  onWarning: ({ text }) => process.stderr.write(`${text ?? ''}\n`),
  onFailed: (error) => {
    throw error;
  },
});
const notes = stores.openStore<typeof noteStore>('note');
for (let number = Number(first); ; number += 1) {
  await notes.add(String(number));
  process.stdout.write(`${number}\n`);
}
