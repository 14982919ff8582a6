import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture } from './capturing.ts';
import { readEntries } from './comparing.ts';
import { writeEntry } from './writing.ts';

describe('writing files back', () => {
  let folder: string;
  beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'waggle-writing-')))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('neither writes nor removes through a link that was made on the way', async () => {
    const [root, outside] = [join(folder, 'root'), join(folder, 'outside')];
    mkdirSync(join(root, 'a'), { recursive: true });
    mkdirSync(outside);
    execFileSync('git', ['init', '-q', root]);
    writeFileSync(join(root, 'a/keys'), 'by an agent');
    const [objects, index] = [join(folder, 'objects'), join(folder, 'index')];
    const { git, state } = await capture({ root, objects, index });
    const entry = (await readEntries(git, state, ['a/keys'])).get('a/keys');
    assert.ok(entry !== undefined);
    rmSync(join(root, 'a'), { recursive: true });
    symlinkSync(outside, join(root, 'a'));
    await assert.rejects(writeEntry(git, 'a/keys', entry), { code: 'conflict' });
    assert.deepEqual(readdirSync(outside), []);
    writeFileSync(join(outside, 'keys'), 'of a person');
    await assert.rejects(writeEntry(git, 'a/keys', undefined), { code: 'conflict' });
    assert.equal(readFileSync(join(outside, 'keys'), 'utf8'), 'of a person');
    rmSync(join(root, 'a'));
    await writeEntry(git, 'a/keys', entry);
    assert.equal(readFileSync(join(root, 'a/keys'), 'utf8'), 'by an agent');
  });
});
