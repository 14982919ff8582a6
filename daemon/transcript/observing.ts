import type { ProcessEntry } from '../../link/process/process.ts';
import { listProcesses } from '../../link/process/process.ts';
import { readClaudeProcess } from './claudeProcess.ts';
import { listCodexThreads } from './codexProcess.ts';

/** The process at the root of a session. `directory`: where its agent keeps its conversations. */
export interface AgentProcess {
  readonly agent: string;
  readonly directory: string;
  readonly pid: number;
  readonly startTime: number;
}

/**
 * The conversation that an agent is in now. Only the process itself counts, or, when it is a wrapper that started the
 * agent, the nearest below it: what the agent runs inside (`claude -p` in a tool) has a conversation of its own. `listAll`
 * is called at most once; who looks at many gives them one list.
 */
export async function findConversation(
  process: AgentProcess,
  listAll: () => readonly ProcessEntry[] = listProcesses,
): Promise<string | undefined> {
  const own = await conversationOf(process, process);
  if (own !== undefined) return own;
  const all = listAll();
  let parents = new Set([process.pid]);
  for (let depth = 0; depth < maxDepth && parents.size > 0; depth += 1) {
    const children = all.filter((entry) => parents.has(entry.ppid) && !entry.zombie);
    for (const child of children) {
      const found = await conversationOf(process, child);
      if (found !== undefined) return found;
    }
    parents = new Set(children.map((child) => child.pid));
  }
  return undefined;
}

/** What a process that is gone without a word left behind: the conversation it was in at its end. */
export async function findLastConversation(process: AgentProcess): Promise<string | undefined> {
  return process.agent === 'claude' ? conversationOf(process, process) : undefined;
}

/** A shim of npm, a script of the person, and the program. */
const maxDepth = 3;

async function conversationOf(
  { agent, directory }: AgentProcess,
  { pid, startTime }: { readonly pid: number; readonly startTime: number },
): Promise<string | undefined> {
  if (agent === 'codex') return (await listCodexThreads(directory, pid)).at(-1);
  if (agent !== 'claude') return undefined;
  const found = await readClaudeProcess(directory, pid);
  const isSame = found?.startTime === undefined || found.startTime === startTime;
  return found?.isInteractive === true && isSame ? found.conversationId : undefined;
}
