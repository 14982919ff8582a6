import assert from 'node:assert/strict';
import { parseTaskFile } from './taskFile.ts';

const place = { root: '/repo', name: 'nightly', now: Date.parse('2026-11-28T12:00:00Z') };

function read(text: string) {
  return parseTaskFile(text, place);
}

describe('a task file', () => {
  it('is a prompt below its front matter', () => {
    const parsed = read(
      '---\ntitle: Look after dependencies\ncron: 0 6 * * 1\nzone: Europe/Berlin\naway: edit\nmissed: 3\nbudget:\n  minutes: 30\ntimeout: 1h30m\n---\n\nUpdate what is outdated.\n',
    );
    assert.ok(parsed.ok);
    const { title, work, schedule, policies, budget, timeoutMs, cwd } = parsed.fields;
    assert.deepEqual(work, {
      ...{ kind: 'prompt', prompt: 'Update what is outdated.' },
      ...{ agent: 'claude', model: null, away: 'editInWorktree' },
    });
    assert.deepEqual(schedule, { kind: 'cron', pattern: '0 6 * * 1', zone: 'Europe/Berlin' });
    assert.deepEqual(policies.missed, { kind: 'all', max: 3, withinMs: 86_400_000 });
    assert.deepEqual(
      [title, budget.minutes, timeoutMs, cwd],
      ['Look after dependencies', 30, 5_400_000, '/repo'],
    );
  });

  it('may be a prompt alone, or a command', () => {
    const plain = read('Say hello.');
    assert.ok(plain.ok && plain.fields.title === 'nightly');
    const command = read('---\ncommand: [npm, test]\ncwd: packages/core\n---\n');
    assert.ok(command.ok);
    assert.deepEqual(command.fields.work, { kind: 'command', command: ['npm', 'test'] });
    assert.equal(command.fields.cwd, '/repo/packages/core');
  });

  it('says what is wrong with it, and is never half understood', () => {
    const bomb = `a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]`;
    const wrong: [string, RegExp][] = [
      ['---\nrun: true\n---\nx', /run/],
      ['---\nenvironment: {PATH: /tmp}\n---\nx', /environment/],
      ['---\ncron: 0 0 30 2 *\n---\nx', /never comes/],
      ['---\ncron: 0 9 * * *\nzone: Mars\n---\nx', /zone/],
      ['---\ncron: 0 9 * * *\nevery: 1h\n---\nx', /one schedule/],
      ['---\ncwd: ../other\n---\nx', /outside/],
      ['---\ncwd: /etc\n---\nx', /outside/],
      ['---\ncommand: npm test; rm -rf /\n---\n', /command/],
      ['---\ncommand: [a]\n---\nand a prompt', /not both/],
      ['---\ntitle: a\n---\n', /needs a prompt/],
      ['---\ntitle: a\ntitle: b\n---\nx', /cannot be read/],
      ['---\ntitle: [unclosed\n---\nx', /cannot be read/],
      [`---\n${bomb}\n---\nx`, /cannot be read/],
      [`---\ntitle: !!js/function "function(){}"\n---\nx`, /Unresolved tag/],
      [`---\ntitle: ${'x'.repeat(20_000)}\n---\nx`, /too long/],
      [`---\ntitle: a\n---\n${'x'.repeat(300_000)}`, /too long/],
      ['---\n- a\n- b\n---\nx', /wrong/],
      ['---\ntimeout: 8d\n---\nx', /timeoutMs/],
      ['---\nevery: 400d\n---\nx', /everyMs/],
      ['---\njitter: 2h\n---\nx', /jitterMs/],
    ];
    for (const [text, problem] of wrong) {
      const parsed = read(text);
      assert.match(parsed.ok ? `taken: ${text.slice(0, 60)}` : parsed.problem, problem);
    }
  });

  it('is called by its name, cut where that is longer than a title may be', () => {
    const parsed = parseTaskFile('Say hello.', { ...place, name: 'x'.repeat(240) });
    assert.equal(parsed.ok && parsed.fields.title, 'x'.repeat(200));
  });

  it('shows control characters of its problems as they are', () => {
    const parsed = read('---\n"\\u001b[31mred": 1\n---\nx');
    assert.ok(!parsed.ok && !parsed.problem.includes('\u001b'));
  });
});
