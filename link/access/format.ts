/** What a kind of configuration file can do with one entry. */

/** Table and name of the entry: `mcpServers`, `waggle`. */
export type EntryPath = readonly [string, string];

/** Pure functions over the text of a file. All throw `FormatError` when the text is none of their format. */
export interface EntryFormat {
  /** The value of the entry; undefined when there is none. */
  read(text: string, path: EntryPath): unknown;
  /** The whole document as a value, to compare what an edit changed. */
  readAll(text: string): unknown;
  /** Adds the entry, or replaces its value. An empty text becomes a document. */
  insert(text: string, path: EntryPath, value: Readonly<Record<string, unknown>>): string;
  /** Takes the entry away; its table stays. */
  remove(text: string, path: EntryPath): string;
  /** Takes the entry's table away when nothing is in it. */
  removeParent(text: string, path: EntryPath): string;
}

/** The text cannot be understood, or not changed without risk; the message is the rest of a sentence. */
export class FormatError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FormatError';
  }
}
