import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ClaudeCodeRun } from './support/claudeCode.ts';
import { prepareClaudeCode } from './support/claudeCode.ts';
import { installAgents } from './support/install.ts';
import { listLeftovers, untilNoLeftovers } from './support/leftovers.ts';
import type { RawTerminal } from './support/rawTerminal.ts';
import { openRawTerminal } from './support/rawTerminal.ts';

const streamJson = ['-p', '--output-format', 'stream-json', '--verbose'];

describe('the real Claude Code', function () {
  this.timeout(120_000);
  let run: ClaudeCodeRun;

  before(async function () {
    this.timeout(600_000);
    if (process.platform === 'win32') this.skip();
    await installAgents();
  });

  describe('headless', () => {
    afterEach(() => run.stop());

    it('does a turn of text with the model server, and asks nobody anything else', async () => {
      run = await prepareClaudeCode({ args: streamJson });
      const { events, code } = await runHeadless(
        run,
        'hello [[think hm]] [[say Hello from the script.]]',
      );
      assert.deepEqual(
        {
          code,
          result: resultOf(events),
          asked: run.modelServer.requests.map((request) => request.path),
        },
        {
          code: 0,
          result: {
            is_error: false,
            result: 'Hello from the script.',
            session_id: run.conversationId,
          },
          asked: ['/v1/messages'],
        },
      );
    });

    it('runs tools, in parallel ones too, and gives their results back to the model', async () => {
      run = await prepareClaudeCode({ args: [...streamJson, '--allowedTools', 'Bash'] });
      const tools = ['one', 'two'].map(
        (name) => `[[tool Bash {"command":"touch ${name}; echo did-${name}"}]]`,
      );
      const { events, code } = await runHeadless(run, `${tools.join(' ')} [[say both done]]`);
      assert.deepEqual(
        { code, result: resultOf(events)?.result, files: readdirSync(run.cwd).sort() },
        {
          code: 0,
          result: 'both done',
          files: ['one', 'two'],
        },
      );
      const second = JSON.stringify(run.modelServer.requests[1]?.body);
      assert.match(second, /did-one/);
      assert.match(second, /did-two/);
    });

    it('reports an API error, and is let through when it is over', async () => {
      run = await prepareClaudeCode({ args: streamJson });
      const refused = await runHeadless(run, '[[error 400 invalid_request_error no such thing]]');
      assert.deepEqual([refused.code, resultOf(refused.events)?.is_error], [1, true]);
      assert.match(resultOf(refused.events)?.result ?? '', /no such thing/);
    });

    it('tries again after an overload', async () => {
      run = await prepareClaudeCode({ args: streamJson });
      const { events, code } = await runHeadless(
        run,
        '[[error 529 overloaded_error 1]] [[say made it]]',
      );
      assert.deepEqual(
        [code, resultOf(events)?.result, run.modelServer.requests.length],
        [0, 'made it', 2],
      );
    });

    it('is noticed and killed when somebody forgets to end it', async () => {
      run = await prepareClaudeCode({ args: streamJson });
      const [program, ...args] = run.command;
      const child = spawn(program, [...args, '[[hang]]'], {
        cwd: run.cwd,
        env: run.env,
        stdio: 'ignore',
      });
      const exited = once(child, 'exit');
      await run.modelServer.untilRequest(() => true);
      assert.deepEqual(
        listLeftovers(run.home.root).map((leftover) => leftover.pid),
        [child.pid],
      );
      await assert.rejects(untilNoLeftovers(run.home.root, 1), { name: 'DeadlineError' });
      assert.deepEqual(await exited, [null, 'SIGKILL']);
      await run.stop();
      assert.equal(existsSync(run.home.root), false);
    });
  });

  describe('in a terminal', () => {
    let terminal: RawTerminal;

    const start = async (): Promise<void> => {
      run = await prepareClaudeCode();
      terminal = openRawTerminal(run);
      await terminal.untilOutput(stateOf('idle'));
    };
    /** Types a prompt as a person does: the text, then Enter when the input box shows it. Returns where Enter fell. */
    const type = async (prompt: string, lastWord: string): Promise<number> => {
      const before = terminal.output.length;
      terminal.write(prompt);
      await terminal.untilOutput(lastWord, before);
      const entered = terminal.output.length;
      terminal.write('\r');
      return entered;
    };
    afterEach(async () => {
      if (listLeftovers(run.home.root).length > 0) terminal.kill('SIGKILL');
      await run.stop();
    });

    it('starts to its prompt, does a typed turn and ends at the second Ctrl-C', async () => {
      await start();
      const entered = await type('hello [[say \\u0057aggle-answers]]', 'aggle-answers');
      await terminal.untilOutput('Waggle-answers', entered);
      await terminal.untilOutput(stateOf('done'), entered);
      terminal.write('\x03');
      await terminal.untilOutput('Press');
      terminal.write('\x03');
      assert.equal(await terminal.untilExit(), 0);
      assert.match(terminal.output, stateOf('clear'));
      assert.deepEqual(
        run.modelServer.requests.filter((request) => !request.isKnown),
        [],
      );
    });

    it('asks before a tool, runs it when allowed, and keeps the conversation under our id', async () => {
      await start();
      const prompt =
        '[[tool Bash {"command":"touch allowed","description":"make"}]] [[say \\u0046inished]]';
      const entered = await type(prompt, 'inished');
      await terminal.untilOutput(/7501;state=blocked:app=claude-code:kind=permission/, entered);
      await terminal.untilOutput('proceed?', entered);
      assert.equal(existsSync(join(run.cwd, 'allowed')), false);
      await terminal.pressUntil('\r', 'Finished');
      assert.equal(existsSync(join(run.cwd, 'allowed')), true);
      const projects = join(run.home.configDirectory, 'projects');
      const [project = ''] = readdirSync(projects);
      assert.deepEqual(
        readdirSync(join(projects, project)).filter((name) => name.endsWith('.jsonl')),
        [`${run.conversationId}.jsonl`],
      );
      terminal.kill('SIGHUP');
      await terminal.untilExit();
    });

    it('shows that it works while the model keeps it waiting', async () => {
      await start();
      const entered = await type('[[wait gate]] [[say \\u004cate]]', 'ate]]');
      await run.modelServer.untilWaiting('gate');
      await terminal.untilOutput(stateOf('working'), entered);
      run.modelServer.release('gate');
      await terminal.untilOutput('Late', entered);
      terminal.kill('SIGHUP');
      await terminal.untilExit();
    });
  });
});

interface Result {
  readonly is_error: boolean;
  readonly result: string;
  readonly session_id: string;
}

type StreamEvent = Partial<Result> & { readonly type: string };

async function runHeadless(
  run: ClaudeCodeRun,
  prompt: string,
): Promise<{ events: StreamEvent[]; code: unknown }> {
  const [program, ...args] = run.command;
  const child = spawn(program, args, {
    cwd: run.cwd,
    env: run.env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(prompt);
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const lines = output.split('\n').filter((line) => line !== '');
  return { events: lines.map((line) => JSON.parse(line) as StreamEvent), code };
}

function resultOf(events: readonly StreamEvent[]): Partial<Result> | undefined {
  const found = events.findLast((event) => event.type === 'result');
  if (!found) return undefined;
  const { is_error, result, session_id } = found;
  return {
    ...(is_error !== undefined && { is_error }),
    ...(result && { result }),
    ...(session_id && { session_id }),
  };
}

function stateOf(state: string): RegExp {
  return new RegExp(`7501;state=${state}`);
}
