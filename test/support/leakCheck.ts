/**
 * A mocha root hook plugin: after each test file nothing may be left that was not there before it: no timers, sockets,
 * children (also detached ones that inherited the environment), descriptors. Names what leaked; cleans nothing up, but for
 * the service of esbuild, which one build of a test starts and every later one uses.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { stop as stopBundler } from 'esbuild';
import { listProcesses } from '../../scripts/processTree.ts';

/** Inherited by what a test file starts, so that a detached process is known as its own. */
const markVariable = 'WAGGLE_TEST_MARK';
/** Closing takes some turns of the event loop, and a keep-alive socket of `fetch` up to 4 s. */
const settleMs = 6000;

/** What a process holds; each list may name one thing several times. */
export interface Inventory {
  /** Types of what keeps the event loop alive, as Node calls them: "Timeout", "TCPSocketWrap", … */
  readonly resources: readonly string[];
  /** What open descriptors lead to; empty where there is no /proc. */
  readonly descriptors: readonly string[];
  /** `pid command` of children and of marked processes. */
  readonly processes: readonly string[];
}

/** Counts what this process holds now. */
export function takeInventory(): Inventory {
  return {
    resources: process.getActiveResourcesInfo().filter((name) => !isPassing(name)),
    descriptors: listDescriptors(),
    processes: listOwnProcesses(),
  };
}

/** What `after` holds and `before` did not, as lines to read; empty when nothing leaked. */
export function findLeaks(before: Inventory, after: Inventory): string[] {
  const lines = (what: string, key: keyof Inventory): string[] =>
    subtract(after[key], before[key]).map((name) => `${what} ${name}`);
  return [
    ...lines('resource', 'resources'),
    ...lines('descriptor', 'descriptors'),
    ...lines('process', 'processes'),
  ];
}

/** The hooks that mocha takes from this module; put around each file's own by name of the file. */
export const mochaHooks: Mocha.RootHookObject = {
  beforeAll(this: Mocha.Context) {
    const root = this.test?.parent;
    if (root) for (const suites of groupByFile(root)) guard(suites);
  },
};

function groupByFile(root: Mocha.Suite): Mocha.Suite[][] {
  return [...Map.groupBy(root.suites, (suite) => suite.file ?? suite.title).values()];
}

function guard(suites: readonly Mocha.Suite[]): void {
  const [first] = suites;
  const last = suites.at(-1);
  if (!first || !last) return;
  let before: Inventory | undefined;
  first.beforeAll('takes the inventory', async () => {
    process.env[markVariable] = randomUUID();
    await untilMochaWaits();
    before = takeInventory();
  });
  const [hook] = hooksOf(first).splice(-1);
  if (hook) hooksOf(first).unshift(hook);
  last.afterAll('leaves nothing behind', async function () {
    this.timeout(settleMs + 10_000);
    await untilMochaWaits();
    await stopBundler();
    const leaks = before ? await waitForNone(before) : [];
    if (leaks.length > 0)
      throw new Error(`${last.file ?? last.title} left behind:\n  ${leaks.join('\n  ')}`);
  });
}

/** Mocha starts its own timer when a hook returned its promise; counted on both sides it is no leak. */
async function untilMochaWaits(): Promise<void> {
  await Promise.resolve();
}

/** Mocha appends hooks; the inventory has to come before what the file prepares. Its list is not in the typed surface. */
function hooksOf(suite: Mocha.Suite): unknown[] {
  const hooks: unknown = Reflect.get(suite, '_beforeAll');
  if (!Array.isArray(hooks))
    throw new Error('This mocha keeps its hooks elsewhere: adapt the leak check.');
  return hooks;
}

async function waitForNone(before: Inventory): Promise<string[]> {
  const deadline = Date.now() + settleMs;
  for (;;) {
    const leaks = findLeaks(before, takeInventory());
    if (leaks.length === 0 || Date.now() > deadline) return leaks;
    await delay(50);
  }
}

function subtract(from: readonly string[], taken: readonly string[]): string[] {
  const left = [...taken];
  return from.filter((name) => {
    const index = left.indexOf(name);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

/** Requests that end by themselves, and mocha's own turn taking. */
function isPassing(name: string): boolean {
  return (
    name === 'Immediate' || name.endsWith('Req') || name.startsWith('FSReq') || name === 'CloseReq'
  );
}

/** Descriptors that Node makes once and keeps (event loop, signal pipe) are not a test's. */
function listDescriptors(): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd')
    .flatMap((name) => readOrGone(() => readlinkSync(`/proc/self/fd/${name}`)) ?? [])
    .filter(
      (target) =>
        !/^anon_inode:\[(eventpoll|eventfd|io_uring)\]$|^\/proc\/\d+\/fd$|^\/dev\/(null|u?random)$/.test(
          target,
        ),
    );
}

function listOwnProcesses(): string[] {
  const mark = process.env[markVariable];
  return listProcesses()
    .filter(
      (row) =>
        row.pid !== process.pid &&
        (row.parent === process.pid || (mark && isMarked(row.pid, mark))),
    )
    .map((row) => `${row.pid} ${row.command.slice(0, 200)}`);
}

function isMarked(pid: number, mark: string): boolean {
  if (process.platform !== 'linux') return false;
  return (
    readOrGone(() => readFileSync(`/proc/${pid}/environ`, 'utf8'))?.includes(
      `${markVariable}=${mark}`,
    ) ?? false
  );
}

/** What is gone, or another user's, is nothing that this process holds. */
function readOrGone(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EINVAL'].includes(code)) return undefined;
    throw error;
  }
}
