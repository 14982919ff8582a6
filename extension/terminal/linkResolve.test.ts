import assert from 'node:assert/strict';
import { findLinks } from './linkParse.ts';
import type { FoundPath } from './linkResolve.ts';
import { resolveLinks } from './linkResolve.ts';

const files = new Set([
  '/w/api/.git',
  '/w/api/src/a.ts',
  '/w/api/only-main.ts',
  '/w/api/Makefile',
  '/w/fix/.git',
  '/w/fix/src/a.ts',
  '/w/fix/src/deep/b.ts',
  '/w/api/.trees/in/.git',
  '/w/api/.trees/in/src/a.ts',
  '/home/u/notes.md',
]);
const directories = new Set(['/w/api/src', '/w/fix/src', '/w/fix/src/deep']);

/** What each link of a line leads to; `!` in front of what is only elsewhere. */
async function read(
  text: string,
  where: { readonly at: readonly string[]; readonly window?: string },
): Promise<string[]> {
  let looks = 0;
  const look = async (path: string): Promise<FoundPath | undefined> => {
    looks += 1;
    if (directories.has(path)) return { path, isDirectory: true };
    return files.has(path) ? { path, isDirectory: false } : undefined;
  };
  const links = await resolveLinks(findLinks(text), {
    directories: where.at,
    folders: [where.window ?? '/w/api'],
    home: '/home/u',
    look,
    signal: new AbortController().signal,
  });
  assert.ok(looks <= 200);
  return links.map(({ found, elsewhere }) =>
    found.length > 0 ? found.map(({ path }) => path).join(' or ') : `!${elsewhere?.path ?? ''}`,
  );
}

describe('a path in a terminal', () => {
  it('is the file of the worktree in which the session runs, not of the folder that is open', async () => {
    assert.deepEqual(await read('src/a.ts:12', { at: ['/w/fix'] }), ['/w/fix/src/a.ts']);
    assert.deepEqual(await read('src/a.ts:12', { at: ['/w/api/.trees/in'] }), [
      '/w/api/.trees/in/src/a.ts',
    ]);
  });

  it('that only another checkout has is said to be elsewhere', async () => {
    assert.deepEqual(await read('only-main.ts:1', { at: ['/w/fix'] }), ['!/w/api/only-main.ts']);
    assert.deepEqual(await read('only-main.ts', { at: ['/w/api/.trees/in'] }), [
      '!/w/api/only-main.ts',
    ]);
    assert.deepEqual(await read('only-main.ts', { at: ['/w/api'] }), ['/w/api/only-main.ts']);
  });

  it('counts from where the shell is, and from the root of its work tree', async () => {
    assert.deepEqual(await read('b.ts', { at: ['/w/fix/src/deep'] }), ['/w/fix/src/deep/b.ts']);
    assert.deepEqual(await read('a/src/a.ts', { at: ['/w/fix/src/deep'] }), ['/w/fix/src/a.ts']);
    assert.deepEqual(await read('../a.ts', { at: ['/w/fix/src/deep'] }), ['/w/fix/src/a.ts']);
  });

  it('may be one of several where the session was in several directories', async () => {
    assert.deepEqual(await read('src/a.ts', { at: ['/w/fix', '/w/api'] }), [
      '/w/fix/src/a.ts or /w/api/src/a.ts',
    ]);
  });

  it('is a directory, a file at home, or an absolute path as it stands', async () => {
    assert.deepEqual(await read('./src ~/notes.md /w/api/src/a.ts', { at: ['/w/fix'] }), [
      '/w/fix/src',
      '/home/u/notes.md',
      '/w/api/src/a.ts',
    ]);
  });

  it('is no single word, where the editor finds the same file by itself', async () => {
    assert.deepEqual(await read('make: Makefile', { at: ['/w/api'] }), []);
  });

  it('is looked up a bounded number of times', async () => {
    const text = Array.from({ length: 300 }, (_, at) => `x/${at}`).join(' ');
    const at = Array.from({ length: 12 }, (_, number) => `/w/fix/d${number}`);
    assert.deepEqual(await read(text, { at }), []);
  });
});
