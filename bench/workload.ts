/** The three workloads of the relay figures, written once per run: dense colours, base64 lines, and a line-by-line writer. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** `command` prints "ready", waits for a newline, then writes what becomes exactly `bytes` on the terminal. */
export interface Workload {
  readonly name: 'ansi' | 'b64' | 'seq';
  readonly command: string;
  readonly bytes: number;
  /** SHA-256 of those bytes, hex. */
  readonly sha256: string;
}

const chunkBytes = 1 << 20;
const gate = 'stty -echo; printf ready; read x;';

async function writeUntil(
  path: string,
  bytes: number,
  line: (index: number) => string,
): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    for (let written = 0, index = 0; written < bytes;) {
      let chunk = '';
      while (chunk.length < chunkBytes) chunk += line(index++);
      await file.write(chunk);
      written += chunk.length;
    }
  } finally {
    await file.close();
  }
}

/** The terminal turns each newline of the file into CR LF. */
async function describeFile(path: string): Promise<Pick<Workload, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, {
    encoding: 'latin1',
    highWaterMark: chunkBytes,
  })) {
    const onTerminal = (chunk as string).replaceAll('\n', '\r\n');
    hash.update(onTerminal, 'latin1');
    bytes += onTerminal.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

function colourLine(index: number): string {
  let line = '';
  for (let cell = 0; cell < 12; cell += 1) {
    const colour = (index * 7 + cell * 13) % 256;
    line += `\u001b[38;5;${colour};1m${(index + cell) % 10}word\u001b[0m `;
  }
  return `${line}\n`;
}

function base64Line(index: number): string {
  const seed = createHash('sha512')
    .update(String(index % 4096))
    .digest('base64');
  return `${(seed + seed).slice(0, 76)}\n`;
}

/** Writes the files into `directory` and describes what a terminal will show of them. */
export async function createWorkloads(directory: string, megabytes = 100): Promise<Workload[]> {
  const workloads: Workload[] = [];
  for (const [name, line] of [['ansi', colourLine] as const, ['b64', base64Line] as const]) {
    const path = join(directory, `${name}.txt`);
    await writeUntil(path, megabytes * 1_000_000, line);
    workloads.push({ name, command: `${gate} exec cat '${path}'`, ...(await describeFile(path)) });
  }
  const last = Math.round(megabytes * 50_000);
  const path = join(directory, 'seq.txt');
  let next = 1;
  const file = await open(path, 'w', 0o600);
  while (next <= last) {
    let chunk = '';
    for (const end = Math.min(last, next + 100_000); next <= end; next += 1) chunk += `${next}\n`;
    await file.write(chunk);
  }
  await file.close();
  workloads.push({
    name: 'seq',
    command: `${gate} exec seq 1 ${last}`,
    ...(await describeFile(path)),
  });
  return workloads;
}

/** They are large: gone as soon as a figure is done. */
export async function removeWorkloads(directory: string): Promise<void> {
  for (const name of ['ansi', 'b64', 'seq']) {
    await rm(join(directory, `${name}.txt`), { force: true });
  }
}
