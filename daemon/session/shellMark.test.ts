import assert from 'node:assert/strict';
import { EscapeScanner } from '../signal/signal.ts';
import { keepNewest } from './hearing.ts';
import { followMark, forgetPrompt, newShellFacts, parseShellMark } from './shellMark.ts';

const nonce = 'a1b2';

describe('marks of a shell', () => {
  it('say where it waits and how the last command ended', () => {
    assert.deepEqual(parseShellMark(`${nonce};prompt;130;/w/a b\\x3bc\\x5cd`), {
      at: 'prompt',
      nonce,
      exit: 130,
      directory: '/w/a b;c\\d',
    });
    assert.deepEqual(parseShellMark(`${nonce};prompt;;/`), {
      at: 'prompt',
      nonce,
      exit: null,
      directory: '/',
    });
  });

  it('say what runs, as one plain and short line', () => {
    const text = `${nonce};run;echo a\\x3b\\x0aecho\\x1b[31m \u202eb;c ${'x'.repeat(3000)}`;
    const mark = parseShellMark(text);
    assert.ok(mark?.at === 'run');
    assert.equal(mark.commandLine.length, 200);
    assert.ok(mark.commandLine.startsWith('echo a; echo[31m b;c xxx'), mark.commandLine);
  });

  for (const text of ['', ';prompt;0;/', 'x', `${nonce};`, `${nonce};other;1`, `;;;;`])
    it(`are none in ${JSON.stringify(text)}`, () => {
      assert.equal(parseShellMark(text), undefined);
    });

  for (const path of ['relative', '', '/a\\x0ab', '/a\u202e', `/${'x'.repeat(5000)}`])
    it(`name no directory by ${JSON.stringify(path.slice(0, 12))}`, () => {
      const mark = parseShellMark(`${nonce};prompt;0;${path}`);
      assert.ok(mark?.at === 'prompt');
      assert.equal(mark.directory, null);
    });

  it('count only with the secret of that shell', () => {
    const facts = newShellFacts(nonce);
    const foreign = parseShellMark('guess;prompt;0;/fake');
    assert.ok(foreign);
    assert.equal(followMark(facts, foreign), facts);
  });

  it('follow one another, and a gap leaves the directory but not the prompt', () => {
    const marks = [`${nonce};prompt;;/w`, `${nonce};run;ls`, `${nonce};prompt;2;/w/x`].map(
      (text) => parseShellMark(text) ?? assert.fail(text),
    );
    const facts = marks.reduce(followMark, newShellFacts(nonce));
    const waiting = { nonce, prompt: 'prompt', directory: '/w/x', commandLine: 'ls', exit: 2 };
    assert.deepEqual(facts, waiting);
    assert.deepEqual(forgetPrompt(facts), { ...waiting, prompt: 'unknown' });
  });

  it('are found in output that is cut anywhere', () => {
    const bytes = Buffer.from(
      `x\u001b]7502;${nonce};run;ls\u0007y\u001b]7502;${nonce};prompt;0;/ü\u001b\\`,
    );
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const scanner = new EscapeScanner();
      const found = [...scanner.push(bytes.subarray(0, cut)), ...scanner.push(bytes.subarray(cut))];
      assert.deepEqual(found, [
        { type: 'mark', text: `${nonce};run;ls`, seq: 20 },
        { type: 'mark', text: `${nonce};prompt;0;/ü`, seq: 47 },
      ]);
    }
  });

  it('are not lost in a flood of titles', () => {
    const at = '2026-11-20T08:00:00.000Z';
    const mark = { report: { type: 'mark', text: `${nonce};run;ls`, seq: 1 }, at } as const;
    const titles = Array.from(
      { length: 500 },
      (_, seq) => ({ report: { type: 'title', text: `${seq}`, seq }, at }) as const,
    );
    const kept = keepNewest([mark, ...titles], 64);
    assert.deepEqual([kept.length, kept[0], kept.at(-1)], [65, mark, titles.at(-1)]);
  });
});
