/** Whether a run that waits may begin, and if not, why. Pure. */
import type { TaskId } from '../../protocol/wire/brand.ts';
import type { KeptRun, KeptSettings, KeptTask } from './rows.ts';

export interface Around {
  /** All runs that are not over, as they are now. */
  readonly active: readonly KeptRun[];
  readonly find: (id: TaskId) => KeptTask | undefined;
  readonly settings: Pick<KeptSettings, 'paused' | 'maxRunning' | 'maxPerAgent'>;
  /** ISO instant. */
  readonly now: string;
}

/** Undefined: it may begin. `later`: its time has not come. Else a sentence. */
export function findGate(
  run: KeptRun,
  { active, find, settings, now }: Around,
): string | undefined {
  const task = find(run.taskId);
  if (task === undefined || run.dueAt > now) return 'later';
  if (settings.paused && !isOfPerson(run)) return 'Everything is paused.';
  const running = active.filter(({ state }) => state !== 'waiting');
  const own = running.filter(({ taskId }) => taskId === run.taskId).length;
  const { overlap } = task.policies;
  const most = overlap.kind === 'parallel' ? overlap.max : 1;
  if (own >= most) return 'It waits for the run before it.';
  if (running.length >= settings.maxRunning)
    return `It waits for a place: ${countRuns(running.length)} at work.`;
  const agent = agentOf(task);
  const ofAgent = running.filter(({ taskId }) => agentOf(find(taskId)) === agent).length;
  if (agent !== undefined && ofAgent >= settings.maxPerAgent)
    return `It waits for a place of its agent: ${countRuns(ofAgent)} at work.`;
  return undefined;
}

/** A person began it; what follows by itself counts on from the first attempt. */
function isOfPerson({ attempt, trigger }: KeptRun): boolean {
  return attempt === 1 && (trigger === 'person' || trigger === 'changes' || trigger === 'retry');
}

function countRuns(count: number): string {
  return count === 1 ? '1 run is' : `${count} runs are`;
}

function agentOf(task: KeptTask | undefined): string | undefined {
  return task?.work.kind === 'prompt' ? task.work.agent : undefined;
}
