import { chmodSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSnapshot } from '../../link/snapshot/snapshot.ts';
import type { ScreenMaker } from '../screen/screen.ts';
import type { SessionRow } from './row.ts';
import type { Spool } from './spool.ts';

const tailBytes = 512 * 1024;
const lineFeed = 0x0a;
/**
 * Whatever a program had switched on when it was cut off: the other screen, mouse, paste and focus reports, margins,
 * colours, keyboard modes, a hidden cursor.
 */
const plainAgain =
  '\u001b[?1049l\u001b[!p\u001b[r\u001b[m\u001b[<u\u001b[?9;1000;1002;1003;1004;1006;2004;2026l\u001b[?7;25h';

export interface OldScreenContext {
  readonly spool: Spool;
  readonly maker: ScreenMaker;
  readonly runDir: string;
}

/**
 * Writes what stood on the screen of a session that ran before, and the lines above it, into a file for its next process:
 * text and colours as an emulator understood them, so that nothing in it asks the terminal anything. Resolves with the
 * file; undefined when nothing was kept. `note` stands below it, dim.
 */
export async function writeOldScreen(
  context: OldScreenContext,
  row: SessionRow,
  note: string,
): Promise<string | undefined> {
  const { spool, maker, runDir } = context;
  const { generation, size } = row;
  const { end } = await spool.read(row.id, { generation, from: 0, maxBytes: 1 });
  const from = Math.max(0, end - tailBytes);
  const page = await spool.read(row.id, { generation, from, maxBytes: tailBytes });
  // The beginning of a cut line may be the end of a sequence.
  const start = page.from === 0 ? 0 : page.data.indexOf(lineFeed) + 1;
  const bytes = Uint8Array.from(page.data.subarray(start));
  if (bytes.length === 0) return undefined;
  const request = { seq: 0, size, pieces: [{ kind: 'output' as const, seq: 0, bytes }] };
  const { snapshot } = await maker.make(request);
  const text = snapshot === undefined ? undefined : decodeSnapshot(snapshot)?.text;
  if (text === undefined) return undefined;
  const path = pathOf(runDir, row.id);
  const below = `${plainAgain}\r\n\u001b[J\u001b[2m${note}\u001b[m\r\n`;
  writeFileSync(path, Buffer.concat([text, Buffer.from(below)]), { mode: 0o600 });
  chmodSync(path, 0o600);
  return path;
}

/** For a session that is deleted: its shell may never have come to showing it. */
export async function removeOldScreen(runDir: string, sessionId: string): Promise<void> {
  await rm(pathOf(runDir, sessionId), { force: true });
}

function pathOf(runDir: string, sessionId: string): string {
  return join(runDir, `screen-${sessionId}`);
}

/** The command that shows a file, removes it, and then is the program itself: same process, same terminal. */
export function showFirst(path: string | undefined, argv: string[]): string[] {
  if (path === undefined || process.platform === 'win32') return argv;
  const script = 'cat -- "$1"; rm -f -- "$1"; shift; exec "$@"';
  return ['/bin/sh', '-c', script, 'sh', path, ...argv];
}
