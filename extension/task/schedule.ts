/** "Schedule Prompt or Command…": four questions, four times Enter; what is left out has a good value and can be changed in the form. */
import { homedir } from 'node:os';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Agent } from '../../protocol/agent/agent.ts';
import type { AwayPolicy, Schedule } from '../../protocol/task/task.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { runCommand, toPickLabel, translate as t } from '../editor/editor.ts';
import { iconOfAgent } from '../session/session.ts';
import type { Order, Selection, What, Where } from './order.ts';
import { quoteSelection } from './order.ts';
import type { TaskParts } from './parts.ts';
import type { StepAnswer, StepRow } from './stepPick.ts';
import { askStep, separator } from './stepPick.ts';
import { explainAway, nameAway } from './taskText.ts';
import { describeScheduled } from './scheduleRow.ts';
import { listWhatRows } from './whatRows.ts';
import { listWhenRows } from './whenRows.ts';

/** What becomes of it: it is scheduled, run at once and never again, or opened in the form. */
export type Verdict = 'schedule' | 'runOnce' | 'more';

export interface Asked {
  readonly order: Order;
  readonly verdict: Verdict;
}

export interface AskOptions {
  readonly selection?: Selection | undefined;
  readonly parentId: Order['parentId'];
}

/** What has been answered so far; going back keeps it. */
interface Draft {
  typed: string;
  what?: What;
  whenTyped: string;
  schedule?: Schedule;
  where?: Where;
}

type Move = 'next' | 'back' | 'left';

const steps = 4;
const lastWhereKey = 'waggle.task.agent';
const lastAwayKey = 'waggle.task.away';

/** Undefined: the person turned away. */
export async function askForTask(
  parts: TaskParts,
  options: AskOptions,
): Promise<Asked | undefined> {
  const draft: Draft = { typed: '', whenTyped: '' };
  let last: Asked | undefined;
  const questions: readonly (() => Promise<Move>)[] = [
    () => askWhat(draft, options.selection),
    () => askWhen(draft),
    () => askWhere(parts, draft),
    async () => {
      const answer = await askHow(parts, draft, options.parentId);
      if (typeof answer === 'string') return answer;
      last = answer;
      return 'next';
    },
  ];
  for (let at = 0; at < questions.length;) {
    const move = (await questions[at]?.()) ?? 'left';
    if (move === 'left') return undefined;
    at += move === 'next' ? 1 : -1;
  }
  return last;
}

function turn(answer: StepAnswer<StepRow>): Move {
  return answer.kind === 'back' ? 'back' : 'left';
}

async function askWhat(draft: Draft, selection: Selection | undefined): Promise<Move> {
  const answer = await askStep({
    title:
      selection === undefined
        ? t('Schedule Prompt or Command')
        : t('New Agent Task from Selection'),
    step: 1,
    steps,
    placeholder:
      selection === undefined
        ? t('What is to be done? A prompt for an agent, or a command')
        : t('What is to be done with the selection?'),
    value: draft.typed,
    isTyped: true,
    rows: (typed) => listWhatRows(typed, selection, t),
  });
  if (answer.kind !== 'taken') return turn(answer);
  draft.typed = answer.typed;
  const { what } = answer.row;
  if (what === undefined) return 'left';
  draft.what =
    selection !== undefined && what.kind === 'prompt'
      ? { kind: 'prompt', prompt: quoteSelection(what.prompt, selection) }
      : what;
  return 'next';
}

async function askWhen(draft: Draft): Promise<Move> {
  const answer = await askStep({
    title: t('When?'),
    step: 2,
    steps,
    placeholder: t('in 20 min · tomorrow 9:00 · every 2 h · weekdays 09:00 · 0 9 * * 1-5'),
    value: draft.whenTyped,
    isTyped: true,
    rows: (typed) => listWhenRows(typed, { nowMs: Date.now(), t }),
  });
  if (answer.kind !== 'taken') return turn(answer);
  draft.whenTyped = answer.typed;
  if (answer.row.schedule !== undefined) draft.schedule = answer.row.schedule;
  return 'next';
}

interface WhereRow extends StepRow {
  readonly where?: Where;
  readonly act?: 'folder' | 'install';
}

async function askWhere(parts: TaskParts, draft: Draft): Promise<Move> {
  const isPrompt = draft.what?.kind === 'prompt';
  const agents = isPrompt ? await listAgents(parts) : [];
  const lastAgent = parts.memory.get<string>(lastWhereKey);
  const chosen: string[] = [];
  for (;;) {
    const answer = await askStep<WhereRow>({
      title: isPrompt ? t('Where, and Which Agent?') : t('Where?'),
      step: 3,
      steps,
      placeholder: isPrompt
        ? t('Which agent does it, in which folder?')
        : t('In which folder does it run?'),
      rows: () => listWhereRows(isPrompt ? agents : undefined, chosen),
      active: ({ where }) => where?.agent !== undefined && where.agent === lastAgent,
    });
    if (answer.kind !== 'taken') return turn(answer);
    const { where, act } = answer.row;
    if (act === 'install') {
      await runCommand('newSession');
      return 'left';
    }
    if (act === 'folder') {
      const folder = await chooseFolder();
      if (folder !== undefined) chosen.unshift(folder);
      continue;
    }
    if (where === undefined) return 'left';
    draft.where = where;
    if (where.agent !== undefined) await parts.memory.update(lastWhereKey, where.agent);
    return 'next';
  }
}

async function listAgents({ agents }: TaskParts): Promise<Agent[]> {
  return (await agents.list()).filter(({ id, found }) => found && id !== 'shell');
}

/** Undefined as `agents`: a command, which needs none. */
function listWhereRows(
  agents: readonly Agent[] | undefined,
  chosen: readonly string[],
): (WhereRow | vscode.QuickPickItem)[] {
  const other: WhereRow = {
    label: t('Other Folder…'),
    act: 'folder',
    iconPath: new vscode.ThemeIcon('folder-opened'),
    alwaysShow: true,
  };
  const folders = [...chosen, ...listFolders()];
  if (agents?.length === 0) {
    const label = t('Choose or Install an Agent…');
    const description = t('no agent was found on your PATH');
    return [
      { label, description, act: 'install', iconPath: new vscode.ThemeIcon('hubot') } as WhereRow,
    ];
  }
  const rows = folders.flatMap((cwd): (WhereRow | vscode.QuickPickItem)[] => {
    if (agents === undefined) return [toFolderRow(cwd)];
    const own = agents.map((agent) => toAgentRow(agent, cwd));
    return folders.length > 1 ? [separator(cwd), ...own] : own;
  });
  return [...rows, ...(agents === undefined ? [] : [separator('')]), other];
}

function toFolderRow(cwd: string): WhereRow {
  const iconPath = new vscode.ThemeIcon('folder');
  return {
    label: toPickLabel(basename(cwd) || cwd),
    description: cwd,
    where: { cwd, agent: undefined },
    iconPath,
  };
}

function toAgentRow({ id, label }: Agent, cwd: string): WhereRow {
  return {
    label: toPickLabel(toPlainLine(label, 60)),
    description: t('in {0}', basename(cwd) || cwd),
    where: { cwd, agent: id },
    iconPath: new vscode.ThemeIcon(iconOfAgent(id)),
  };
}

function listFolders(): string[] {
  const open = (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
  return open.length > 0 ? open : [homedir()];
}

async function chooseFolder(): Promise<string | undefined> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: t('Choose'),
    })) ?? [];
  return folder?.fsPath;
}

interface HowRow extends StepRow {
  readonly away?: AwayPolicy;
  readonly verdict: Verdict;
}

const awayIcons: Readonly<Record<AwayPolicy, string>> = {
  readOnly: 'eye',
  editInWorktree: 'git-branch',
  ask: 'question',
};

async function askHow(
  { memory }: TaskParts,
  { what, schedule = { kind: 'none' }, where }: Draft,
  parentId: Order['parentId'],
): Promise<Asked | Move> {
  if (what === undefined || where === undefined) return 'left';
  const lastAway = memory.get<AwayPolicy>(lastAwayKey) ?? 'readOnly';
  const isPrompt = what.kind === 'prompt';
  const answer = await askStep<HowRow>({
    title: isPrompt ? t('You May Be Away. It May:') : t('Schedule It?'),
    step: 4,
    steps,
    placeholder: describeScheduled(schedule, { nowMs: Date.now(), t }),
    rows: () => listHowRows(isPrompt, schedule, lastAway),
    active: ({ verdict, away }) => verdict === 'schedule' && (!isPrompt || away === lastAway),
  });
  if (answer.kind !== 'taken') return turn(answer);
  const away = answer.row.away ?? lastAway;
  await memory.update(lastAwayKey, away);
  const verdict = answer.button === undefined ? answer.row.verdict : verdictOf(answer.button);
  return { order: { what, schedule, where, away, parentId }, verdict };
}

function verdictOf(button: string): Verdict {
  return button === t('Run Once Now') ? 'runOnce' : 'more';
}

function listHowRows(
  isPrompt: boolean,
  schedule: Schedule,
  lastAway: AwayPolicy,
): (HowRow | vscode.QuickPickItem)[] {
  const name = schedule.kind === 'none' ? t('Add to the List') : t('Schedule');
  const buttons = [
    { iconPath: new vscode.ThemeIcon('play'), tooltip: t('Run Once Now') },
    { iconPath: new vscode.ThemeIcon('settings-gear'), tooltip: t('More Options…') },
  ];
  const policies = (['readOnly', 'editInWorktree', 'ask'] as const).map((away): HowRow => ({
    label: nameAway(away, t),
    description: explainAway(away, t),
    iconPath: new vscode.ThemeIcon(awayIcons[away]),
    verdict: 'schedule',
    away,
    buttons,
  }));
  const plain: HowRow = {
    label: name,
    verdict: 'schedule',
    iconPath: new vscode.ThemeIcon('watch'),
  };
  const as = isPrompt ? { description: nameAway(lastAway, t) } : {};
  return [
    ...(isPrompt ? [separator(name), ...policies] : [plain]),
    separator(isPrompt ? t('Instead') : ''),
    {
      label: t('Run Once Now'),
      verdict: 'runOnce',
      iconPath: new vscode.ThemeIcon('play'),
      ...as,
    } as HowRow,
    {
      label: t('More Options…'),
      verdict: 'more',
      iconPath: new vscode.ThemeIcon('settings-gear'),
    } as HowRow,
  ];
}
