import assert from 'node:assert/strict';
import type { Reply } from './playback.ts';
import { playResponse, Stage } from './playback.ts';
import { parseScript } from './script.ts';

describe('a played response', () => {
  for (const script of ['[[wait gate]]', '[[hang]]', '[[delay 600000]]']) {
    it(`writes nothing more when the agent hangs up during ${script}`, async () => {
      const { said, reply } = recordReply();
      const hangUp = new AbortController();
      const stage = new Stage(() => hangUp.abort());
      const steps = parseScript(`[[say a]] ${script} [[say b]]`);
      const played = playResponse(steps, { reply, stage, place: 'p' }, hangUp.signal);
      hangUp.abort();
      await played;
      assert.deepEqual({ said, waiting: stage.isWaiting('gate') }, { said: ['a'], waiting: false });
    });
  }

  it('lets everybody at a gate pass, and counts faults per place', async () => {
    const stage = new Stage(() => undefined);
    const never = new AbortController().signal;
    const waiting = [stage.wait('g', never), stage.wait('g', never)];
    stage.release('g');
    await Promise.all([...waiting, stage.wait('g', never)]);
    const due = ['a', 'a', 'b'].map((place) => stage.isDue(place, 1));
    assert.deepEqual(due, [true, false, true]);
  });
});

function recordReply(): { said: string[]; reply: Reply } {
  const said: string[] = [];
  const add = (text: string): number => said.push(text);
  const reply: Reply = {
    think: add,
    say: add,
    callTool: add,
    finish: () => add('finish'),
    fail: () => add('fail'),
    drop: () => add('drop'),
  };
  return { said, reply };
}
