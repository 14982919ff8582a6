import assert from 'node:assert/strict';
import fc from 'fast-check';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { CommandError, Output, agoText, layOutTable } from './output.ts';
import { fit, pad, widthOf } from './width.ts';

const paint = (text: string): string => text;

function capture(options: { json?: boolean; isTTY?: boolean; env?: NodeJS.ProcessEnv } = {}) {
  const printed = { out: '', err: '' };
  const output = new Output({
    json: options.json ?? false,
    stdout: { isTTY: options.isTTY ?? false, write: (text) => (printed.out += text) },
    stderr: { write: (text) => (printed.err += text) },
    env: options.env ?? {},
  });
  return { printed, output };
}

describe('table', () => {
  it('gives every column what it needs and cuts the widest first', () => {
    const columns = [
      { title: 'NAME', min: 4, max: 20 },
      { title: 'WHAT', min: 0, max: 100 },
    ];
    const rows = [[{ text: 'a-rather-long-name' }, { text: 'wants to run `npm test`' }]];
    assert.deepEqual(layOutTable({ columns, rows, width: 30, paint }), [
      'NAME            WHAT',
      'a-rather-long…  wants to run …',
    ]);
  });

  it('never gets wider than asked, whatever stands in it', () => {
    const columns = [10, 8, 6, 0].map((min) => ({ title: 'T', min, max: 40 }));
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 4, maxLength: 4 })),
        fc.integer({ min: 40, max: 120 }),
        (texts, width) => {
          const rows = texts.map((row) =>
            row.map((text) => ({ text: text.replaceAll(/\p{Control}/gu, '') })),
          );
          for (const line of layOutTable({ columns, rows, width, paint }))
            assert.ok(widthOf(line) <= width, line);
        },
      ),
    );
  });

  it('counts wide characters twice and combining ones not at all', () => {
    assert.deepEqual(
      [widthOf('日本'), widthOf('e\u0301'), fit('日本語', 5), pad('日', 4)],
      [4, 1, '日本…', '日  '],
    );
  });
});

describe('output', () => {
  it('prints one JSON document, or lines', () => {
    const json = capture({ json: true });
    json.output.result({ a: 1 }, () => ['unused']);
    json.output.note('unused');
    json.output.hint('unused');
    const lines = capture();
    lines.output.result({ a: 1 }, () => ['one', 'two']);
    assert.deepEqual(
      [JSON.parse(json.printed.out), json.printed.err, lines.printed.out],
      [{ a: 1 }, '', 'one\ntwo\n'],
    );
  });

  it('colours only on a terminal, and never with NO_COLOR', () => {
    const colored = capture({ isTTY: true, env: { TERM: 'xterm' } }).output;
    const plain = [
      capture({ isTTY: true, env: { NO_COLOR: '1' } }),
      capture({ isTTY: true, env: { TERM: 'dumb' } }),
      capture({ env: { TERM: 'xterm' } }),
    ].map(({ output }) => output.paint('x', 'red'));
    assert.deepEqual([colored.paint('x', 'red'), plain], ['\u001b[31mx\u001b[0m', ['x', 'x', 'x']]);
  });

  it('tells a failure with its fix and code, and returns its exit code', () => {
    const { printed, output } = capture();
    const error = new WaggleError('notFound', 'No session is called "x\u001b[31m".', {
      fix: 'waggle list --all',
    });
    assert.equal(output.fail(error), 3);
    assert.equal(
      printed.err,
      'waggle: No session is called "x[31m". [notFound]\n  To fix: waggle list --all\n',
    );
  });

  it('tells a failure as JSON on stderr with --json', () => {
    const { printed, output } = capture({ json: true });
    assert.equal(output.fail(new CommandError('ambiguous', 'Two.', 'Choose.')), 6);
    assert.deepEqual(
      [printed.out, JSON.parse(printed.err)],
      ['', { error: { code: 'ambiguous', message: 'Two.', fix: 'Choose.' } }],
    );
  });

  it('has an exit code for every kind of failure', () => {
    const { output } = capture();
    const codes = (['internal', 'badRequest', 'daemonUnreachable', 'forbidden'] as const).map(
      (code) => output.fail(new WaggleError(code)),
    );
    assert.deepEqual([codes, output.fail(new Error('odd'))], [[1, 2, 4, 5], 1]);
  });

  it('says times in their largest unit', () => {
    const now = Date.parse('2026-01-02T00:00:00.000Z');
    const instants = ['2026-01-01T23:59:57Z', '2026-01-01T23:57:10Z', '2025-12-30T00:00:00Z'];
    assert.deepEqual(
      [...instants, '2026-01-02T00:00:05Z'].map((instant) => agoText(instant, now)),
      ['3 s', '2 min', '3 d', '0 s'],
    );
  });
});
