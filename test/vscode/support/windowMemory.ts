/** What the extension stored for one window's folder (`workspaceState`), as the next life of that window will read it. */
import type { EditorWindow } from './editorWindow.ts';

/** The value of `key`, or undefined while the editor has none; read from the database that it keeps in the browser. */
export function readWindowMemory(
  { page }: Pick<EditorWindow, 'page'>,
  key: string,
): Promise<unknown> {
  return page.evaluate(async (wanted) => {
    const table = 'ItemTable';
    const asked = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.addEventListener('success', () => resolve(request.result));
        request.addEventListener('error', () => reject(request.error ?? new Error('no database')));
      });
    for (const { name = '' } of await indexedDB.databases()) {
      if (!name.startsWith('vscode-web-state-db-') || name.endsWith('-global')) continue;
      const database = await asked(indexedDB.open(name));
      try {
        if (!database.objectStoreNames.contains(table)) continue;
        const store = database.transaction(table).objectStore(table);
        const text: unknown = await asked(store.get('waggle.waggle'));
        if (typeof text !== 'string') continue;
        const memory = JSON.parse(text) as Record<string, unknown>;
        if (wanted in memory) return memory[wanted];
      } finally {
        database.close();
      }
    }
    return undefined;
  }, key);
}
