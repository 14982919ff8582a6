/**
 * Dialogs that an agent opens without a word about its state: after them what it said before is in doubt. Their text in
 * the output only ever takes a claim back, for an agent may print any text.
 */
interface SilentDialog {
  readonly agent: string;
  /** Looked for first, as it stands in the output. */
  readonly word: string;
  /** Over the text without what moves the cursor: programs skip blanks that are there already. */
  readonly pattern: RegExp;
}

/** Recorded: Codex reports that it is idle and then asks, before the first turn in a folder. */
const dialogs: readonly SilentDialog[] = [
  { agent: 'codex', word: 'folder?', pattern: /Trust this folder\?/ },
];

const tailBytes = 1024;

/** Looks for the silent dialogs of one agent in output that is cut anywhere. */
export class SilentDialogs {
  readonly #known: readonly SilentDialog[];
  #tail = Buffer.alloc(0);

  constructor(agent: string) {
    this.#known = dialogs.filter((dialog) => dialog.agent === agent);
  }

  /** The text of the dialog that these bytes completed. */
  push(bytes: Uint8Array): string | undefined {
    if (this.#known.length === 0) return undefined;
    const all = Buffer.concat([this.#tail, bytes]);
    for (const { word, pattern } of this.#known) {
      const end = all.lastIndexOf(word);
      if (end === -1 || end + word.length <= this.#tail.length) continue;
      const text = all.subarray(Math.max(0, end - tailBytes), end + word.length).toString('utf8');
      const found = pattern.exec(toText(text));
      if (found !== null) {
        this.#tail = Buffer.alloc(0);
        return found[0];
      }
    }
    this.#tail = Buffer.from(all.subarray(-tailBytes));
    return undefined;
  }

  forget(): void {
    this.#tail = Buffer.alloc(0);
  }
}

function toText(output: string): string {
  return output.replaceAll(/\u001b\[[0-?]*[ -/]*[@-~]/g, ' ').replaceAll(/\s+/g, ' ');
}
