import assert from 'node:assert/strict';
import { SilentDialogs } from './silentDialog.ts';

const drawn =
  '\u001b[1m Folder access\u001b[5;3HTrust\u001b[5;9Hthis\u001b[5;14Hfolder?\u001b[5;22HCodex';

describe('dialogs that are opened without a word', () => {
  it('are found wherever the output is cut, once', () => {
    const bytes = Buffer.from(drawn);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const dialogs = new SilentDialogs('codex');
      const found = [bytes.subarray(0, cut), bytes.subarray(cut), Buffer.from('more')].map((part) =>
        dialogs.push(part),
      );
      assert.deepEqual(
        found.filter((text) => text !== undefined),
        ['Trust this folder?'],
        `cut at ${cut}`,
      );
    }
  });

  it('are those of the agent, and no other text', () => {
    assert.equal(new SilentDialogs('claude').push(Buffer.from(drawn)), undefined);
    assert.equal(new SilentDialogs('codex').push(Buffer.from('in which folder?')), undefined);
  });
});
