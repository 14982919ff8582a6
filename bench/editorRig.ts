/** The real editor with the product in it, and one burst through one of its terminals. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listTree } from '../scripts/processTree.ts';
import { readManifest, writeManifest } from '../scripts/manifest.ts';
import { pick, runCommand } from '../test/vscode/support/commandPalette.ts';
import type { EditorWindow } from '../test/vscode/support/editorWindow.ts';
import { openEditorWindow } from '../test/vscode/support/editorWindow.ts';
import type { Product } from '../test/vscode/support/product.ts';
import { startProduct } from '../test/vscode/support/product.ts';
import { probeLine } from '../test/vscode/support/terminalProbe.ts';
import { typeInTerminal, waitForTerminalText } from '../test/vscode/support/terminalPane.ts';

export type EditorTerminalKind = 'ours' | 'builtin';

export interface EditorRig {
  readonly product: Product;
  readonly window: EditorWindow;
  stop(): Promise<void>;
}

export interface Burst {
  /** From the program's first byte until the terminal had parsed the last line. */
  readonly totalMs: number;
  /** From the program's last byte until the terminal had parsed the last line. */
  readonly lagMs: number;
  /** Bytes of the burst that the terminal never saw. */
  readonly skippedBytes: number;
  /** Writes that the terminal threw away because too much was pending. */
  readonly discarded: number;
  /** Highest resident size of the extension host during the burst, above that just before it. */
  readonly growthBytes: number;
}

export interface BurstOrder {
  readonly kind: EditorTerminalKind;
  readonly file: string;
  /** What the terminal gets of it: a newline of the file is two bytes there. */
  readonly bytes: number;
}

const sampleMs = 20;
const burstLimitMs = 300_000;

/** Installs and starts everything; `prepare` may change what is installed. */
export async function startEditorRig(
  prepare: (extensionsDir: string) => void = changeNothing,
): Promise<EditorRig> {
  const product = await startProduct();
  try {
    prepare(product.server.extensionsDir);
    const window = await openEditorWindow({ server: product.server, folder: product.folder });
    return {
      product,
      window,
      async stop() {
        await window.close();
        await product.stop();
      },
    };
  } catch (error) {
    await product.stop();
    throw error;
  }
}

function changeNothing(): void {
  return;
}

/**
 * The program behind a session waits for its viewer as long as that needs, so that nothing is skipped; in the product it
 * waits for 250 ms in all, and for 50 ms of silence. The manifest is made anew, as the starter checks it.
 */
export function liftPauseBudget(extensionsDir: string): void {
  const name = readdirSync(extensionsDir).find((entry) => entry.startsWith('waggle'));
  if (name === undefined) throw new Error('The extension is not installed.');
  const directory = join(extensionsDir, name, 'program');
  const file = join(directory, 'ptyhost.cjs');
  const text = readFileSync(file, 'utf8');
  const patient = text.replaceAll(/#leftMs=(?:250|pauseBudgetMs)/g, '#leftMs=1e9');
  const patched = patient.replace(
    /Math\.min\((channel\.budget\.leftMs\(.*?\)\)?),(?:silenceMs|50)\)/,
    '$1',
  );
  if (patient === text || patched === patient)
    throw new Error('The pause budget was not found in the pty host.');
  writeFileSync(file, patched);
  writeManifest(directory, readManifest(directory));
}

/** Opens a terminal, lets `cat` write the file into it, and closes it. */
export async function runBurst(rig: EditorRig, order: BurstOrder): Promise<Burst> {
  const { window, product } = rig;
  await openTerminal(window, order.kind);
  const script = join(product.userHome, 'burst.sh');
  writeFileSync(
    script,
    `s=$(date +%s%3N); cat '${order.file}'; printf 'done %s %s.\\n' "$s" "$(date +%s%3N)"\n`,
  );
  const errorsBefore = window.errors.length;
  const found = await probeLine(window, /^done (\d+) (\d+)\.$/);
  const memory = sampleMemory(findExtensionHost(product.server.pid));
  await typeInTerminal(window, `sh ${script}\n`);
  const line = await withLimit(found());
  const growthBytes = memory.stop();
  const [, started = NaN, ended = NaN] = line.text.split(' ').map((word) => Number.parseInt(word));
  await runCommand(window, 'View: Close All Editors');
  return {
    totalMs: line.at - started,
    lagMs: line.at - ended,
    skippedBytes: Math.max(0, order.bytes - line.characters),
    discarded: countDiscarded(window.errors.slice(errorsBefore)),
    growthBytes,
  };
}

async function openTerminal(window: EditorWindow, kind: EditorTerminalKind): Promise<void> {
  if (kind === 'builtin') {
    await runCommand(window, 'Terminal: Create New Terminal in Editor Area');
  } else {
    await runCommand(window, 'Waggle: New Session…');
    await pick(window, 'Shell');
  }
  await waitForTerminalText(window, /\$ ?$/);
}

function countDiscarded(errors: readonly string[]): number {
  return errors.filter((error) => error.includes('data discarded')).length;
}

function findExtensionHost(server: number): number {
  const found = listTree(server).find((row) => {
    try {
      return readFileSync(`/proc/${row.pid}/cmdline`, 'utf8').includes('--type=extensionHost');
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('The extension host was not found.');
  return found.pid;
}

/** Watches the resident size of a process; `stop` tells by how many bytes it was above its first value at most. */
function sampleMemory(pid: number): { stop(): number } {
  const first = readResident(pid);
  let highest = first;
  const sample = (): void => {
    highest = Math.max(highest, readResident(pid));
  };
  const timer = setInterval(sample, sampleMs);
  return {
    stop() {
      clearInterval(timer);
      sample();
      return highest - first;
    },
  };
}

function readResident(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
}

function withLimit<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error('The last line was never parsed.')),
      burstLimitMs,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
