import assert from 'node:assert/strict';
import { inEnglish as t } from '../translate.ts';
import { describePrompt } from './promptText.ts';

const agents = [
  { agent: 'claude', label: 'Claude Code', way: 'prompt', detail: 'By an option.' },
  { agent: 'x', label: 'X', way: 'tool', detail: 'It has no option.\u202e' },
] as const;

describe('the page of what agents are told', () => {
  it('shows the text of the prompt, what it costs, and how it reaches each agent', () => {
    const prompt = { text: '# Notes\n\nBe brief.\n', characters: 19, tokens: 5, blockIds: [] };
    const page = describePrompt(prompt, agents, t);
    assert.match(
      page,
      /^This stands in the prompt .*, about 5 tokens each time:\n\n# Notes\n\nBe brief\.\n\n/,
    );
    assert.match(page, /^ {2}Claude Code: in its prompt\n {4}By an option\.$/m);
    assert.match(page, /^ {2}X: when it asks by its tools\n {4}It has no option\.$/m);
  });

  it('breaks long sentences at spaces', () => {
    const nothing = { text: '', characters: 0, tokens: 0, blockIds: [] };
    const [claude] = agents;
    const page = describePrompt(nothing, [{ ...claude, detail: 'word '.repeat(60) }], t);
    assert.ok(page.split('\n').every((line) => line.length <= 90));
    assert.equal(page.match(/word/g)?.length, 60);
  });

  it('says so when there is nothing to tell', () => {
    const nothing = { text: '', characters: 0, tokens: 0, blockIds: [] };
    const page = describePrompt(nothing, [], t);
    assert.match(page, /^There are no notes here/);
  });
});
