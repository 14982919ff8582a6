/** The orderly end: what was begun is ended in reverse, each step within its time, all of it within five seconds. */
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { Logger } from '../context.ts';

/** After it the process kills itself: a stalled child or client must not hold up an upgrade. */
const wholeEndMs = 4500;

export interface EndStep {
  readonly name: string;
  readonly limitMs: number;
  run(): Promise<void> | void;
}

export interface Ending {
  /** Registered where the thing begins; runs last in, first out. */
  add(step: EndStep): void;
  /** Begins the end once; later calls change nothing. */
  request(reason: string): void;
  /** The same for what must not happen: the end counts as a crash. */
  fail(reason: string): void;
  readonly hasFailed: boolean;
  /** Ends what was begun so far; for a start that failed. */
  run(): Promise<void>;
  /** Resolves when everything has ended. */
  readonly done: Promise<void>;
}

export function createEnding(log: Logger, onBegin: (reason: string) => void): Ending {
  const steps: EndStep[] = [];
  const done = Promise.withResolvers<void>();
  let running: Promise<void> | undefined;
  let hasFailed = false;

  async function runAll(): Promise<void> {
    const lastResort = setTimeout(() => process.kill(process.pid, 'SIGKILL'), wholeEndMs);
    for (const step of steps.toReversed()) await runWithin(step, log);
    clearTimeout(lastResort);
    done.resolve();
  }

  function request(reason: string): void {
    if (running !== undefined) return;
    log.info('Stopping', { reason });
    onBegin(reason);
    running = runAll();
  }

  return {
    done: done.promise,
    get hasFailed() {
      return hasFailed;
    },
    add: (step) => steps.push(step),
    run: () => (running ??= runAll()),
    request,
    fail(reason) {
      hasFailed = true;
      request(reason);
    },
  };
}

/** A step that fails or hangs is logged and left behind. */
async function runWithin(step: EndStep, log: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('late'), step.limitMs);
  });
  try {
    const outcome = await Promise.race([Promise.resolve(step.run()), late]);
    if (outcome === 'late') log.warn('A part did not stop in time', { part: step.name });
  } catch (error) {
    log.warn('A part failed to stop', { part: step.name, error: errorMessageOf(error) });
  } finally {
    clearTimeout(timer);
  }
}
