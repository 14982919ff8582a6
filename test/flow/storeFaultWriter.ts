/**
 * Writes notes one after the other whatever becomes of them, and says so of each: `kept <number>` or `failed <number>
 * <code> <message>`, after `open`. `storeFaultWriter.ts <directory> <count>`.
 */
import { join } from 'node:path';
import { openStores } from '../../daemon/store/store.ts';
import { startStoreThread } from '../../daemon/storeThread.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { noteStore } from './storeFixture.ts';

const [directory = '', count = '0'] = process.argv.slice(2);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
try {
  const stores = await openStores({
    thread: startStoreThread(join(import.meta.dirname, 'storeFixture.ts')),
    location: {
      database: join(directory, 'waggle.db'),
      backupDir: join(directory, 'backup'),
      reserveFile: join(directory, 'reserve'),
    },
    onNotice: () => undefined,
    onWarning: ({ key, text }) => say(`warned ${key} ${text ?? ''}`),
    onFailed: (error) => say(`died ${error.message}`),
  });
  say('open');
  const notes = stores.openStore<typeof noteStore>('note');
  for (let number = 0; number < Number(count); number += 1) {
    const outcome = await notes.add(`${number} ${'x'.repeat(3000)}`).then(
      () => `kept ${number}`,
      (error: unknown) => `failed ${number} ${errorCodeOf(error)} ${errorMessageOf(error)}`,
    );
    say(outcome);
  }
  say(`reads ${(await notes.list(undefined)).length}`);
  await stores.stop();
} catch (error) {
  say(`refused ${errorCodeOf(error)} ${errorMessageOf(error)}`);
}
