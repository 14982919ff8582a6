/** `waggle memory edit`: a note or fact in the person's own editor, saved when it is closed. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { conflictOf, sayWritten } from './note.ts';
import { findRemembered } from './looking.ts';
import type { PlaceOptions } from './place.ts';
import { findPlace, shortId } from './place.ts';

export async function editRemembered(
  context: CommandContext,
  { reference, ...options }: PlaceOptions & { readonly reference: string },
): Promise<number> {
  const link = await context.connect();
  const place = await findPlace(context, link, options);
  const found = await findRemembered(link, place, reference);
  const before = found.kind === 'fact' ? found.fact.text : found.block.text;
  return withFile(before, async (file) => {
    const text = await editIn(file, context.env);
    if (text === before.trimEnd()) {
      context.output.note('Nothing was changed.');
      return exitCodes.ok;
    }
    if (found.kind === 'note') {
      const { id: blockId, revision } = found.block;
      const block = { blockId };
      const written = await link.call('memory/writeBlock', { block, revision, text });
      if (written.outcome === 'conflict') throw conflictOf(written);
      return sayWritten(context, written);
    }
    const { id: factId, revision } = found.fact;
    const edited = await link.call('memory/edit', { factId, revision, text });
    if (edited.outcome === 'conflict')
      throw new WaggleError('conflict', 'The fact was changed since it was read.', {
        fix: `Read it again: waggle memory show ${factId}`,
      });
    context.output.result(edited, () => [
      `${shortId(factId)} is now "${toPlainLine(edited.fact.text, 200)}". waggle memory undo ${edited.changeId} takes it back.`,
    ]);
    return exitCodes.ok;
  });
}

/** The file goes with what was done; after a failure it stays, and is named, so that no text is lost. */
async function withFile(text: string, use: (file: string) => Promise<number>): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'waggle-memory-'));
  const file = join(directory, 'memory.md');
  writeFileSync(file, text === '' || text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
  try {
    const exitCode = await use(file);
    rmSync(directory, { recursive: true });
    return exitCode;
  } catch (error) {
    if (!(error instanceof WaggleError)) {
      rmSync(directory, { recursive: true });
      throw error;
    }
    const kept = `Your text is in ${file}.`;
    const fix = error.fix === undefined ? kept : `${error.fix} ${kept}`;
    throw new WaggleError(error.code, error.message, { cause: error, fix });
  }
}

/** VISUAL, EDITOR, else what every system has. Their words are a program and its arguments, no shell's. */
export function editorOf(env: NodeJS.ProcessEnv): readonly string[] {
  const { VISUAL: visual = '', EDITOR: editor = '' } = env;
  const chosen = [visual, editor].map((line) => line.trim()).find((line) => line !== '');
  if (chosen !== undefined) return chosen.split(/\s+/);
  return [process.platform === 'win32' ? 'notepad' : 'vi'];
}

async function editIn(file: string, env: NodeJS.ProcessEnv): Promise<string> {
  const [program = '', ...args] = editorOf(env);
  const child = spawn(program, [...args, file], { stdio: 'inherit', env });
  const shown = toPlainLine(program, 80);
  const [code] = await once(child, 'exit').catch(() => {
    throw new CommandError('usage', `The editor ${shown} cannot be started.`, 'Set EDITOR.');
  });
  if (code !== 0)
    throw new CommandError('usage', `${shown} ended with ${code}; nothing was saved.`);
  return readFileSync(file, 'utf8').trimEnd();
}
