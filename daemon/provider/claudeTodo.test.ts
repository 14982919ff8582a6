import assert from 'node:assert/strict';
import type { PlanStep } from '../../protocol/chat/entry.ts';
import type { ChatEvent } from './event.ts';
import type { ClaudeTodo } from './claudeTodo.ts';
import { endTodoTurn, nothingToDo, readTodoCall, readTodoResult } from './claudeTodo.ts';

const plansIn = (events: readonly ChatEvent[]): (readonly [string, readonly PlanStep[]])[] =>
  events.flatMap((event) => (event.type === 'plan' ? [[event.key, event.steps] as const] : []));

describe('what Claude Code notes that it has to do', () => {
  /** A call and its result. */
  const act = (
    todo: ClaudeTodo,
    [name, id, input]: readonly [string, string, Record<string, unknown>],
    { output = '', isDone = true } = {},
  ): ReturnType<typeof readTodoResult> =>
    readTodoResult(readTodoCall(todo, { type: 'tool_use', name, id, input }), {
      id,
      output,
      isDone,
    });

  it('is a plan when it is written at once, changed in its place within the turn', () => {
    const todos = [
      { content: 'one', status: 'completed', activeForm: 'doing one' },
      { content: 'two', status: 'in_progress', activeForm: 'doing two' },
      { content: 'three', status: 'pending', activeForm: 'doing three' },
    ];
    const first = act(nothingToDo, ['TodoWrite', 'a', { todos }]);
    assert.deepEqual(plansIn(first.events), [
      [
        'plan/a',
        [
          { text: 'one', status: 'completed' },
          { text: 'two', status: 'inProgress' },
          { text: 'three', status: 'pending' },
        ],
      ],
    ]);
    const second = act(first.todo, ['TodoWrite', 'b', { todos: todos.slice(0, 1) }]);
    assert.deepEqual(plansIn(second.events), [['plan/a', [{ text: 'one', status: 'completed' }]]]);
    const later = act(endTodoTurn(second.todo), ['TodoWrite', 'c', { todos: [] }]);
    assert.deepEqual(plansIn(later.events), [['plan/c', []]]);
  });

  it('is a plan when it is noted task by task, each from when its number is known', () => {
    const output = 'Task #7 created successfully: one';
    const made = act(nothingToDo, ['TaskCreate', 'a', { subject: 'one' }], { output });
    assert.deepEqual(plansIn(made.events), [['plan/a', [{ text: 'one', status: 'pending' }]]]);
    const next = endTodoTurn(made.todo);
    const change = { taskId: '7', status: 'in_progress', subject: 'first' };
    const begun = act(next, ['TaskUpdate', 'b', change]);
    assert.deepEqual(plansIn(begun.events), [
      ['plan/b', [{ text: 'first', status: 'inProgress' }]],
    ]);
    const gone = act(begun.todo, ['TaskUpdate', 'c', { taskId: 7, status: 'deleted' }]);
    assert.deepEqual(plansIn(gone.events), [['plan/b', []]]);
  });

  it('is nothing where the call is malformed, failed or is about a task that nobody knows', () => {
    const todos = [{ content: 'one', status: 'pending' }];
    for (const [name, input] of [
      ['TodoWrite', { todos: 'all of it' }],
      ['TodoWrite', { todos: [{ content: 1, status: 'pending' }] }],
      ['TaskCreate', {}],
      ['TaskUpdate', { taskId: '9', status: 'completed' }],
      ['Bash', { command: 'true' }],
    ] as const)
      assert.deepEqual(act(nothingToDo, [name, 'a', input]).events, [], name);
    const failed = act(nothingToDo, ['TodoWrite', 'a', { todos }], { isDone: false });
    assert.deepEqual(failed, { todo: nothingToDo, events: [] });
    const unclear = act(nothingToDo, ['TaskCreate', 'a', { subject: 'one' }], { output: 'Made.' });
    assert.deepEqual(unclear, { todo: nothingToDo, events: [] });
  });
});
