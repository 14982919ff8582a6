/**
 * What Claude Code notes that it has to do, as a plan: the whole list at once (`TodoWrite`), or task by task, which are known
 * by numbers that only the results of their calls tell (`TaskCreate`, `TaskUpdate`).
 */
import { z } from 'zod';
import type { PlanStep } from '../../protocol/chat/entry.ts';
import type { Block } from './claudeLine.ts';
import type { ChatEvent } from './event.ts';

export interface ClaudeTodo {
  /** Of the plan of this turn; null while it changed nothing. */
  readonly key: string | null;
  readonly steps: readonly TodoStep[];
  /** What calls whose results have not come would change, by the id of the call. */
  readonly asked: Readonly<Record<string, TodoCall>>;
}

type TodoStep = PlanStep & { readonly id: string };

type TodoCall =
  | { readonly kind: 'write'; readonly steps: readonly TodoStep[] }
  | { readonly kind: 'create'; readonly text: string }
  | {
      readonly kind: 'update';
      readonly id: string;
      readonly text?: string | undefined;
      readonly status?: PlanStep['status'] | 'deleted' | undefined;
    };

export const nothingToDo: ClaudeTodo = { key: null, steps: [], asked: {} };

const statusSchema = z.enum(['pending', 'in_progress', 'completed']);
const toStatus = { pending: 'pending', in_progress: 'inProgress', completed: 'completed' } as const;
const listSchema = z.object({
  todos: z.array(z.object({ content: z.string(), status: statusSchema })),
});
const newTaskSchema = z.object({ subject: z.string() });
const changedTaskSchema = z.object({
  taskId: z.coerce.string(),
  subject: z.string().optional(),
  status: z.union([statusSchema, z.literal('deleted')]).optional(),
});
const createdText = /^Task #(\d+) created/;

/** A call of a tool. What is malformed is the tool's to refuse. */
export function readTodoCall(todo: ClaudeTodo, { name, id, input }: Block): ClaudeTodo {
  const call = parseCall(name, input);
  if (id === undefined || call === undefined) return todo;
  return { ...todo, asked: { ...todo.asked, [id]: call } };
}

function parseCall(name: string | undefined, input: unknown): TodoCall | undefined {
  switch (name) {
    case 'TodoWrite': {
      const todos = listSchema.safeParse(input).data?.todos;
      const steps = todos?.map(({ content, status }, index) => {
        return { id: String(index), text: content, status: toStatus[status] };
      });
      return steps && { kind: 'write', steps };
    }
    case 'TaskCreate': {
      const { data } = newTaskSchema.safeParse(input);
      return data && { kind: 'create', text: data.subject };
    }
    case 'TaskUpdate': {
      const { data } = changedTaskSchema.safeParse(input);
      if (data === undefined) return undefined;
      const { taskId: id, subject: text, status } = data;
      const isDeleted = status === 'deleted';
      return { kind: 'update', id, text, status: isDeleted ? status : status && toStatus[status] };
    }
    default:
      return undefined;
  }
}

/** The result of a call: what it did is done, and a task that was made has its number now. */
export function readTodoResult(
  todo: ClaudeTodo,
  {
    id,
    output,
    isDone,
  }: { readonly id: string; readonly output: string; readonly isDone: boolean },
): { readonly todo: ClaudeTodo; readonly events: readonly ChatEvent[] } {
  const { [id]: call, ...asked } = todo.asked;
  if (call === undefined) return { todo, events: [] };
  const steps = isDone ? stepsAfter(todo.steps, call, output) : undefined;
  if (steps === undefined) return { todo: { ...todo, asked }, events: [] };
  const key = todo.key ?? `plan/${id}`;
  const shown = steps.map(({ text, status }) => ({ text, status }));
  return { todo: { key, steps, asked }, events: [{ type: 'plan', key, steps: shown }] };
}

/** Undefined: nothing that is known changed. */
function stepsAfter(
  steps: readonly TodoStep[],
  call: TodoCall,
  output: string,
): readonly TodoStep[] | undefined {
  switch (call.kind) {
    case 'write':
      return call.steps;
    case 'create': {
      const id = createdText.exec(output)?.[1];
      return id === undefined ? undefined : [...steps, { id, text: call.text, status: 'pending' }];
    }
    case 'update': {
      const { id, text, status } = call;
      if (!steps.some((step) => step.id === id)) return undefined;
      if (status === 'deleted') return steps.filter((step) => step.id !== id);
      return steps.map((step) =>
        step.id === id ? { id, text: text ?? step.text, status: status ?? step.status } : step,
      );
    }
  }
}

/** Each turn tells its plan where it first changed it. */
export function endTodoTurn(todo: ClaudeTodo): ClaudeTodo {
  return { ...todo, key: null, asked: {} };
}
